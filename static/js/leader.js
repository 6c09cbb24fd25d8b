// The leader's screen refreshes itself when a case was changed elsewhere on the page, and after a long look away.
const STALE = 5 * 60 * 1000;
let looked = Date.now();
const refresh = () => {
  const box = document.querySelector("[data-leader]");
  if (!box || !window.htmx) return;
  looked = Date.now();
  window.htmx.ajax("GET", location.pathname + location.search, { target: box, swap: "outerHTML" });
};
document.addEventListener("case-changed", refresh);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - looked > STALE) refresh();
});
