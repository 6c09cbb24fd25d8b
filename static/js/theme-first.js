// Runs before the first paint, so that a page that follows the device never flashes. The server knows the cookie already.
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    if (root.dataset.theme !== "auto") return;
    root.dataset.bsTheme = dark.matches ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("theme-changed"));
  }
  apply();
  if (dark.addEventListener) dark.addEventListener("change", apply);
})();
