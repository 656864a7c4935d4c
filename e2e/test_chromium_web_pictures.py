"""Every main page, light and dark, as pictures for the manual: `make screenshots`. Without `--pictures` there is nothing to do."""

import pytest

from web import Portal, administrator

PAGES = {
    "home": "/admin",
    "people": "/admin/identity/users",
    "groups": "/admin/identity/groups",
    "conditional-access": "/admin/access/policies/new",
    "roles": "/admin/access/roles",
    "hr-import": "/admin/provisioning/hrImport",
    "settings": "/admin/devices/settings",
    "audit": "/admin/monitor/audits",
    "my-portal": "/my",
}


@pytest.mark.parametrize("dark", [False, True])
def test_the_main_pages_are_pictured(request, chromium, server, graph, dark):
    if not chromium.pictures:
        pytest.skip("nobody wants pictures")
    keeper = administrator(graph)
    with chromium.window(dark=dark) as window:
        portal = Portal(window, server.url).enter(keeper)
        for name, path in PAGES.items():
            if path == "/my":
                portal.page.goto(server.url + path)
                portal.page.wait_for_selector("main h1")
            else:
                portal.go(path)
            portal.page.wait_for_timeout(800)
            portal.page.screenshot(path=chromium.pictures / f"{name}-{'dark' if dark else 'light'}.png")
