// Small things found by data- attributes: copy, bulk choice, location, unfolding, running numbers.
const words = () => document.getElementById("words").dataset;
const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = copy.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Not a secure context: the old way still works there.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say({ text: words().copied, tone: "success" });
  }
  if (event.target.closest("[data-print]")) window.print();
  // <button data-fill="#id_username" data-value="inspector1">: fills a field and goes on to the next one.
  const fill = event.target.closest("[data-fill]");
  if (fill) {
    const field = document.querySelector(fill.dataset.fill);
    field.value = fill.dataset.value;
    field.form.querySelector("input[type=password]")?.focus();
  }
  const clear = event.target.closest("[data-bulk-clear]");
  if (clear) {
    const form = clear.closest("[data-bulk]");
    form.querySelectorAll("[data-choose], [data-choose-all]").forEach((box) => (box.checked = false));
    count(form);
  }
  const locate = event.target.closest("[data-locate]");
  if (locate) fillPlace(locate);
});

// <button data-locate data-latitude="#id_latitude" data-longitude="#id_longitude">
function fillPlace(button) {
  const fail = () => {
    button.removeAttribute("aria-busy");
    say({ text: words().locationFailed, tone: "warning" });
  };
  if (!navigator.geolocation || !window.isSecureContext) return fail();
  button.setAttribute("aria-busy", "true");
  navigator.geolocation.getCurrentPosition((found) => {
    button.removeAttribute("aria-busy");
    for (const [selector, value] of [[button.dataset.latitude, found.coords.latitude], [button.dataset.longitude, found.coords.longitude]]) {
      const field = document.querySelector(selector);
      if (field) {
        field.value = value.toFixed(6);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  }, fail, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
}

function count(form) {
  const chosen = form.querySelectorAll("[data-choose]:checked").length;
  const bar = form.querySelector("[data-bulk-bar]");
  bar.hidden = chosen === 0;
  bar.querySelector("[data-bulk-count]").textContent = chosen;
}

document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field.closest("[data-bulk]");
  if (form && field.matches("[data-choose-all]")) form.querySelectorAll("[data-choose]").forEach((box) => (box.checked = field.checked));
  if (form && field.matches("[data-choose], [data-choose-all]")) count(form);
  unfold(field);
});

// <div data-show-when="result" data-show-values="fail other">: shown while the field of that name has one of the values.
function unfold(field) {
  if (!field.name || !field.form) return;
  field.form.querySelectorAll(`[data-show-when="${CSS.escape(field.name)}"]`).forEach(settle);
}
function settle(part) {
  const form = part.closest("form");
  const data = new FormData(form).getAll(part.dataset.showWhen);
  const wanted = (part.dataset.showValues || "on").split(" ");
  const show = data.some((value) => wanted.includes(value));
  part.hidden = !show;
  part.querySelectorAll("input, select, textarea").forEach((field) => (field.disabled = !show));
}
const start = (where) => (where.querySelectorAll ? where : document).querySelectorAll("[data-show-when]").forEach(settle);
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
