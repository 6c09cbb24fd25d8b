// The filing page: phrases to tap, photos taken out again, units around me.
const words = () => document.getElementById("words").dataset;
const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

// A phrase fills the words; a second one is added after it, a third tap on the same takes it out again.
function tap(button) {
  const field = document.querySelector(button.dataset.into);
  if (!field) return;
  const phrase = button.dataset.phrase;
  const parts = field.value.split("；").map((part) => part.trim()).filter(Boolean);
  if (button.dataset.replace !== undefined) field.value = field.value === phrase ? "" : phrase;
  else if (parts.includes(phrase)) field.value = parts.filter((part) => part !== phrase).join("；");
  else field.value = [...parts, phrase].join("；");
  field.dispatchEvent(new Event("change", { bubbles: true }));
  mark(button.closest("form"));
}

function mark(form) {
  form.querySelectorAll("[data-phrase]").forEach((button) => {
    const field = document.querySelector(button.dataset.into);
    const said = field ? field.value.split("；").map((part) => part.trim()) : [];
    button.setAttribute("aria-pressed", String(said.includes(button.dataset.phrase)));
  });
}

// Before photos.js takes the card away: a stored photo is removed on the server too.
async function drop(button) {
  const kept = button.closest(".photo").querySelector("input[name=kept]");
  const box = button.closest("[data-remove-url]");
  if (!kept || !box) return;
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), Accept: "application/json" };
  try {
    const answer = await fetch(box.dataset.removeUrl.replace("/0/", `/${kept.value}/`), { method: "POST", headers });
    if (!answer.ok) throw new Error(words().serverError);
  } catch (error) {
    say({ text: navigator.onLine ? error.message : words().offline, tone: "warning" });
  }
}

function nearby(button) {
  const form = button.closest("form");
  const fail = () => {
    button.removeAttribute("aria-busy");
    say({ text: words().locationFailed, tone: "warning" });
  };
  if (!navigator.geolocation || !window.isSecureContext) return fail();
  button.setAttribute("aria-busy", "true");
  navigator.geolocation.getCurrentPosition((found) => {
    button.removeAttribute("aria-busy");
    form.elements.latitude.value = found.coords.latitude.toFixed(6);
    form.elements.longitude.value = found.coords.longitude.toFixed(6);
    form.elements.q.value = "";
    form.dispatchEvent(new Event("place-known"));
  }, fail, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
}

document.addEventListener("click", (event) => {
  const phrase = event.target.closest("[data-phrase]");
  if (phrase) tap(phrase);
  const around = event.target.closest("[data-nearby]");
  if (around) nearby(around);
});
document.addEventListener("click", (event) => {
  const remove = event.target.closest(".photo-remove");
  if (remove) drop(remove);
}, true);
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.querySelector("[data-phrase]")) mark(form);
});

// The team: somebody is an officer or an assistant, not both.
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.checked || !box.form || !["officers", "assistants"].includes(box.name)) return;
  const other = box.name === "officers" ? "assistants" : "officers";
  box.form.querySelectorAll(`input[name=${other}][value="${CSS.escape(box.value)}"]`).forEach((twin) => (twin.checked = false));
});

const start = (where) => where.querySelectorAll && where.querySelectorAll("form").forEach((form) => form.querySelector("[data-phrase]") && mark(form));
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
