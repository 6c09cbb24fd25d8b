// The frame: theme, folded side bar, menus that close, toasts, the offline line.
const root = document.documentElement;
const words = () => document.getElementById("words").dataset;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  if (on("[data-theme-toggle]")) {
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = root.dataset.theme = next;
    remember("theme", next);
    document.dispatchEvent(new CustomEvent("theme-changed"));
  }
  if (on("[data-rail]")) remember("rail", document.body.classList.toggle("is-narrow") ? "1" : "0");
  const dismissed = on("[data-dismiss]");
  if (dismissed) dismissed.closest(".notice, .toast-card").remove();
  // One explanation or menu at a time, and none after a press elsewhere.
  document.querySelectorAll("details.pop[open], details.menu[open], details.filters-more[open]").forEach((open) => {
    if (!open.contains(event.target)) open.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.pop[open], details.menu[open], details.filters-more[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    const search = document.getElementById("top-q");
    if (search && search.offsetParent) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

// An explanation near the right edge opens to the left.
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches || !details.matches("details.pop[open]")) return;
  const body = details.querySelector(".pop-body");
  details.classList.remove("is-right");
  if (body && body.getBoundingClientRect().right > window.innerWidth - 8) details.classList.add("is-right");
}, true);

function toast({ text, tone = "info", label, action, keep = false }) {
  const region = document.getElementById("toasts");
  const card = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  card.dataset.tone = tone;
  card.querySelector(".toast-words").textContent = text;
  if (action) {
    const button = card.querySelector(".btn");
    button.hidden = false;
    button.textContent = label || words().retry;
    button.addEventListener("click", () => {
      card.remove();
      action();
    });
  }
  while (region.children.length > 2) region.firstElementChild.remove();
  region.append(card);
  if (!keep && !action) setTimeout(() => card.remove(), tone === "danger" ? 12000 : 6000);
}

document.addEventListener("toast", (event) => {
  const detail = event.detail && event.detail.value ? event.detail.value : event.detail;
  toast(typeof detail === "string" ? { text: detail } : detail);
});

let line = null;
function offline() {
  if (navigator.onLine === false && !line) {
    line = document.createElement("div");
    line.className = "offline-line";
    line.setAttribute("role", "status");
    line.textContent = words().offline;
    document.body.append(line);
  } else if (navigator.onLine !== false && line) {
    line.remove();
    line = null;
  }
}
window.addEventListener("online", offline);
window.addEventListener("offline", offline);
offline();
