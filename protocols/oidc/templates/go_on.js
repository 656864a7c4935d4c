// Follows a page's link by itself: after so many seconds, or as soon as everything on the page has arrived. Without script
// the page asks the browser to (`refresh`), and the link is there for whoever is quicker.
(() => {
  "use strict";
  const link = document.querySelector("a[data-go-on]");
  if (!link) return;
  const go = () => location.replace(link.href);
  if (link.dataset.goOn === "loaded") addEventListener("load", go);
  setTimeout(go, Number(link.dataset.seconds) * 1000);
})();
