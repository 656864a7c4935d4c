"""What the admin center and My portal promise on every page: small and enlarged, in high contrast and still, by keyboard alone, for
a screen reader, in Arabic; nothing lost when a session ends; and how much work the browser has with it.

Pages are found by the menus that the router's tables make, so that a new one is looked at too.
"""

import re

import pytest
from playwright.sync_api import TimeoutError

from chromium import WIDE
from graph import PASSWORD, unique, within
from web import Portal, administrator

PHONE = {"width": 390, "height": 844}
# A window of 1280 pixels at 200 %.
ENLARGED = {"width": 640, "height": 450}
MY = ("", "/signin", "/apps", "/devices", "/access", "/approvals", "/roles", "/groups", "/privacy")

# Seconds of work that a page may cost the browser, by its thread's own clock: reading the script included, waiting not. About four
# times what was measured (docs/benchmarks.md).
TASK_SECONDS_MAX = {"first page": 0.7, "list": 0.5, "detail": 0.5, "my": 0.7}
# How long all the tasks of a page together may be that are above 50 ms. By the clock on the wall, which a busy machine makes slow.
LONG_SECONDS_MAX = 2.0


# Headings there are names that somebody gave.
NAMED_BY_DATA = {"/admin/devices/baselines"}


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


# The page has a title of its own, and a screen reader is told it.
TITLED = """() => {
    const title = document.title.replace(' · Castellan', '');
    return title && document.title !== title && document.querySelector('main h1')
        && [...document.querySelectorAll('[role=status]')].some(e => e.textContent === title);
}"""


def open_rooms(page) -> list[str]:
    """Open every room of the menu; answers where its entries lead."""
    rooms = page.locator("nav button[aria-expanded=false]")
    rooms.first.wait_for()
    while rooms.count():
        rooms.first.click()
    return page.eval_on_selector_all("nav a[href^='/admin/']", "all => all.map(a => a.getAttribute('href'))")


def follow(page, path: str) -> None:
    """Go there as the app does, without loading it again."""
    page.evaluate("path => { document.title = ''; history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path)
    page.wait_for_function(TITLED)
    settle(page)


def settle(page) -> None:
    page.wait_for_function("() => document.querySelector('main h1') && !document.querySelector('main [role=progressbar].fui-Spinner__spinner')")


def fits(page, what: str) -> None:
    """Nothing is wider than the window, once the page has followed it."""
    try:
        page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth", timeout=5_000)
    except TimeoutError:
        lost = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        raise AssertionError(f"{what} is too wide by {lost} pixels") from None


def details(page) -> list[str]:
    """A page of one thing from each list that has any."""
    return page.eval_on_selector_all("main [role=row] a[href^='/admin/']", "all => all.slice(0, 1).map(a => a.getAttribute('href'))")


def forms(page, path: str) -> list[str]:
    """The page for a new one, if the list has one."""
    return [f"{path}/new"] if page.locator("main").get_by_role("button", name="New", exact=True).count() else []


def test_every_page_has_a_title_and_stands_on_a_phone_enlarged_and_in_high_contrast(chromium, server, graph, keeper):
    graph.group("looked-at")
    titles: dict[str, str] = {}
    with chromium.window(reduced_motion="reduce") as window:
        portal = Portal(window, server.url).enter(keeper)
        page = portal.page
        waiting = open_rooms(page)
        assert len(waiting) > 40, waiting
        lists, seen = set(waiting), []
        while waiting:
            path = waiting.pop(0)
            seen.append(path)
            follow(page, path)
            if path in lists:
                titles[path] = page.title()
                waiting += [one for one in (*details(page), *forms(page, path)) if one not in seen]
            else:
                # Lists are looked at in test_chromium_web.py.
                portal.check("page" + path.replace("/", "-"))
            assert page.locator("main").count() == 1 and page.locator("main h1").count() == 1, path
            page.emulate_media(forced_colors="active")
            edge = "() => { const a = document.querySelector('nav a[aria-current=page]'); return !a || getComputedStyle(a, '::before').borderInlineStartWidth }"
            assert page.evaluate(edge) in (True, "3px"), f"{path}: high contrast does not show where one is"
            page.emulate_media(forced_colors="none")
            for what, size in (("enlarged", ENLARGED), ("on a phone", PHONE)):
                page.set_viewport_size(size)
                fits(page, f"{path} {what}")
            page.set_viewport_size(WIDE)
            # Nothing moves for who does not want it; what turns while one waits says that it does.
            moving = "() => document.getAnimations().filter(a => a.playState === 'running' && a.effect.getComputedTiming().duration > 1).map(a => a.effect.target?.className)"
            page.wait_for_function("() => !document.querySelector('main .fui-Spinner')", timeout=30_000)
            assert not page.evaluate(moving), path
        window.complaints.clear()
    twice = {title for title in titles.values() if list(titles.values()).count(title) > 1}
    assert not twice, f"pages with the same title: {twice}"


def test_my_portal_works_on_a_phone(chromium, server, graph):
    user = graph.user("pocket")
    with chromium.window(viewport=PHONE, has_touch=True, is_mobile=True) as window:
        portal = Portal(window, server.url).enter(user, "/my")
        for path in MY:
            if path:
                follow(portal.page, f"/my{path}")
            portal.check(f"phone-my{path.replace('/', '-')}")
        portal.page.get_by_role("button", name="Menu").tap()
        portal.page.get_by_role("link", name="Groups").tap()
        portal.page.wait_for_url("**/my/groups")
        assert not portal.page.locator("nav").count(), "the menu gets out of the way"


def test_every_page_reads_from_right_to_left_in_arabic(chromium, server, keeper):
    latin: dict[str, list[str]] = {}
    with chromium.window("ar") as window:
        portal = Portal(window, server.url).enter(keeper)
        page = portal.page
        for path in open_rooms(page):
            follow(page, path)
            assert page.evaluate("() => document.documentElement.dir") == "rtl"
            for size in (WIDE, PHONE):
                page.set_viewport_size(size)
                fits(page, path)
            page.set_viewport_size(WIDE)
            headings = page.eval_on_selector_all("main h1, main h2, main [role=columnheader], main label, main [role=tab]", "all => all.map(e => e.innerText.trim())")
            if path in NAMED_BY_DATA:
                continue
            found = [text for text in headings if re.search("[A-Za-z]{3}", text) and not re.search("[\u0600-\u06ff]", text)]
            if found:
                latin[path] = found
        window.complaints.clear()
    assert not latin, latin


def focused(page) -> str:
    return page.evaluate("() => { const e = document.activeElement; return e?.getAttribute('aria-label') ?? e?.innerText?.trim() ?? e?.tagName }")


def reach(page, name: str, key: str = "Tab", most: int = 150) -> None:
    """Go on with the keyboard until something of this name has the focus, and see that it shows."""
    for _ in range(most):
        page.keyboard.press(key)
        if focused(page) == name:
            ring = """() => {
                const shows = (e, part) => { const s = getComputedStyle(e, part); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
                    || s.boxShadow !== 'none' || (part && parseFloat(s.borderBottomWidth) + parseFloat(s.borderTopWidth) > 0) };
                for (let e = document.activeElement, up = 0; e && up < 3; e = e.parentElement, up++)
                    if (shows(e) || shows(e, '::after') || shows(e, '::before')) return true;
                return false; }"""
            assert page.evaluate(ring), f"nobody sees that {name} has the focus"
            return
    raise AssertionError(f"{name} is not reached by {key}; the focus is at {focused(page)!r}")


def test_work_is_done_by_keyboard_alone(chromium, server, graph, keeper):
    name, user = unique("Typed"), graph.user("by-keyboard")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/identity/groups")
        page = portal.page
        page.emulate_media(forced_colors="active")
        portal.see("in all")
        # A group is made.
        reach(page, "New")
        page.keyboard.press("Enter")
        page.wait_for_url("**/groups/new")
        page.get_by_label("Name").first.wait_for()
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement?.labels?.[0]?.innerText?.startsWith('Name')"):
                break
        page.keyboard.type(name)
        while "/new" in page.url:
            for _ in range(60):
                page.keyboard.press("Tab")
                if focused(page) in ("Next", "Create"):
                    break
            step, pressed = page.inner_text("main"), focused(page)
            page.keyboard.press("Enter")
            # Pressed twice, it would be made twice.
            if pressed == "Create":
                page.wait_for_url(lambda url: "/new" not in url)
            else:
                page.wait_for_function("step => document.querySelector('main').innerText !== step", arg=step)
        page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        # A person is found, an action asked for, left again, and the focus is back where it was.
        page.keyboard.press("Control+k")
        page.locator("[role=dialog] [role=combobox]").wait_for()
        page.keyboard.type(user["displayName"])
        page.get_by_role("option", name=user["displayName"]).first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/users/{user['id']}")
        settle(page)
        reach(page, "Do something")
        page.keyboard.press("Enter")
        page.get_by_role("menuitem").first.wait_for()
        reach(page, "Disable", "ArrowDown", 15)
        page.keyboard.press("Enter")
        page.get_by_role("alertdialog").wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("alertdialog").wait_for(state="detached")
        page.wait_for_function("() => document.activeElement && document.activeElement !== document.body && !document.querySelector('#root[aria-hidden=true]')")
        reach(page, "Edit")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        page.wait_for_function("() => document.activeElement?.innerText === 'Edit'")
    [group] = graph.get(f"/v1.0/groups?$filter=displayName eq '{name}'")["value"]
    graph.delete(f"/v1.0/groups/{group['id']}", 204)


def test_nothing_is_lost_when_the_session_ends_in_mid_form(chromium, server, graph, keeper):
    worker = administrator(graph, "interrupted")
    user, name = graph.user("half-edited", city="Lyon"), unique("Half written")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(worker, "/admin/identity/groups/new")
        portal.fill("Name", name)
        end(graph, worker)
        # Whatever is asked for next finds out; the sign-in pages stand between, and then it goes on where it was.
        ask_anything(portal)
        again(portal, worker, "/admin/identity/groups/new")
        assert portal.page.get_by_label(re.compile(r"^Name\s*\*?$")).first.input_value() == name
        portal.go(f"/admin/identity/users/{user['id']}").press("Edit").fill("City", "Oslo")
        end(graph, worker)
        portal.press("Save")
        again(portal, worker, f"/admin/identity/users/{user['id']}")
        dialog = portal.page.get_by_role("dialog")
        dialog.wait_for()
        assert dialog.get_by_label("City").input_value() == "Oslo"
        portal.press("Save")
        within(5, lambda: graph.get(f"/v1.0/users/{user['id']}?$select=city")["city"] == "Oslo")
        window.complaints.clear()


def end(graph, user: dict) -> None:
    graph.post(f"/v1.0/users/{user['id']}/revokeSignInSessions", {}, 200)


def ask_anything(portal: Portal) -> None:
    portal.page.keyboard.press("Control+k")
    # What the page asks by itself may have found out before.
    portal.page.wait_for_selector("[role=dialog] [role=combobox], [name=loginfmt], [name=passwd]")
    if "/admin" in portal.page.url:
        portal.page.keyboard.type("anybody")


def again(portal: Portal, user: dict, path: str) -> None:
    portal.page.wait_for_selector("[name=loginfmt], [name=passwd]")
    if portal.page.locator("[name=loginfmt]:not([type=hidden])").count():
        portal.window.sign_in(user)
    else:
        portal.window.type(passwd=PASSWORD).press()
    portal.page.wait_for_url(f"**{path}")
    portal.page.wait_for_selector("main h1")


def test_pages_cost_the_browser_little_work(chromium, server, graph, keeper):
    """Work, not time: what a busy machine makes longer is not counted, so that the budget holds there too."""
    user = graph.user("measured")
    rows = []
    with chromium.window() as window:
        portal = Portal(window, server.url)
        page, cdp = portal.page, window.cdp
        cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.add_init_script("window.long = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.long += e.duration)).observe({type: 'longtask', buffered: true})")

        def cost(what: str, budget: str, visit) -> None:
            page.evaluate("() => { window.long = 0 }")
            before = metrics(cdp)
            visit()
            settle(page)
            page.wait_for_timeout(300)
            after = metrics(cdp)
            spent = {key: after[key] - before.get(key, 0) if after[key] >= before.get(key, 0) else after[key] for key in after}
            rows.append((what, spent["TaskDuration"], spent["ScriptDuration"], page.evaluate("() => window.long") / 1000, TASK_SECONDS_MAX[budget]))

        portal.enter(keeper)
        cost("first page", "first page", lambda: portal.go("/admin"))
        for path in ("/admin/identity/users", "/admin/identity/groups", "/admin/devices/managedDevices", "/admin/access/policies", "/admin/monitor/audits"):
            cost(path, "list", lambda path=path: follow(page, path))
        cost("a person", "detail", lambda: follow(page, f"/admin/identity/users/{user['id']}"))
        cost("My portal", "my", lambda: portal.go("/my"))
        window.complaints.clear()
    print("\n| page | work | of it script | in long tasks | budget |\n|---|---|---|---|---|")
    for what, work, script, long, budget in rows:
        print(f"| {what} | {work:.2f} s | {script:.2f} s | {long:.2f} s | {budget:.1f} s |")
    assert not [row for row in rows if row[1] > row[4] or row[3] > LONG_SECONDS_MAX], rows


def metrics(cdp) -> dict[str, float]:
    found = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in ("TaskDuration", "ScriptDuration")}
