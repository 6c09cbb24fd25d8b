// components/photo_upload.html: compress, show, send one by one with progress, retry, keep the receipt in the form.
const words = () => document.getElementById("words").dataset;
const LONGEST = 1920;
const QUALITY = 0.82;

const uuid = () =>
  crypto.randomUUID
    ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

async function compress(file) {
  // What the browser cannot read (HEIC on Android) goes as it is; the server can.
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    if (/heic|heif/i.test(file.type + file.name)) return file;
    throw new Error(words().photoBad);
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size < 600000) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
}

function send(box, file, card) {
  const form = new FormData();
  form.append(box.dataset.name, file, file.name);
  form.append("client_id", (card.dataset.clientId = card.dataset.clientId || uuid()));
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const request = new XMLHttpRequest();
  const fail = (text) => {
    card.className = "photo is-failed";
    card.querySelector(".photo-words").textContent = text || words().photoFailed;
    card.onclick = (event) => {
      if (event.target.closest(".photo-remove")) return;
      card.className = "photo is-sending";
      card.querySelector(".photo-words").textContent = "";
      send(box, file, card);
    };
  };
  request.open("POST", box.dataset.url);
  for (const name of Object.keys(headers)) request.setRequestHeader(name, headers[name]);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) card.querySelector("progress").value = (100 * event.loaded) / event.total;
  };
  request.onerror = () => fail();
  request.onload = () => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // an answer without a body is a receipt all the same
    }
    if (request.status >= 300) return fail(answer.detail);
    card.className = "photo is-done";
    card.onclick = null;
    if (box.dataset.fieldName) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = box.dataset.fieldName;
      field.value = answer.id || card.dataset.clientId;
      card.append(field);
    }
    box.dispatchEvent(new CustomEvent("photo-sent", { bubbles: true, detail: answer }));
  };
  request.send(form);
}

// Photos that travel with a form stay in this page's memory: a refused form comes back with them.
const chosen = new Map();
const keyOf = (box) => `${box.closest("form")?.getAttribute("action")} ${box.dataset.name}`;

function show(box, file, name) {
  const card = box.querySelector("template").content.firstElementChild.cloneNode(true);
  card.querySelector("img").src = URL.createObjectURL(file);
  card.querySelector("img").alt = name;
  box.querySelector("[data-photos-list]").insertBefore(card, box.querySelector(".photo-add"));
  return card;
}

function hold(box, files) {
  const kept = new DataTransfer();
  files.forEach((file) => kept.items.add(file));
  box.querySelector("input[type=file]").files = kept.files;
  chosen.set(keyOf(box), files);
}

function showHeld(box, file) {
  const card = show(box, file, file.name);
  card.className = "photo is-local";
  card.file = file;
}

// What could not be read stays written beside the photos until others are chosen: a form must not go without unnoticed.
function complain(box, lines) {
  let note = box.querySelector(".photo-note");
  if (!note) {
    note = document.createElement("p");
    note.className = "photo-note";
    note.setAttribute("role", "alert");
    box.append(note);
  }
  note.textContent = lines.join(" ");
  note.hidden = !lines.length;
}

function restore(root) {
  root.querySelectorAll("[data-photos]:not([data-url])").forEach((box) => {
    const files = chosen.get(keyOf(box)) || [];
    if (!files.length || box.querySelector(".photo.is-local")) return;
    files.forEach((file) => showHeld(box, file));
    hold(box, files);
  });
}
document.addEventListener("htmx:load", (event) => restore(event.target));

async function take(box, input) {
  const list = box.querySelector("[data-photos-list]");
  const max = Number(box.dataset.max) || 9;
  const files = [...input.files];
  if (!box.dataset.url) list.querySelectorAll(".is-local").forEach((card) => card.remove());
  const kept = [];
  const bad = [];
  for (const original of files) {
    if (list.querySelectorAll(".photo").length >= max) break;
    try {
      const file = await compress(original);
      if (box.dataset.url) send(box, file, show(box, file, original.name));
      else {
        showHeld(box, file);
        kept.push(file);
      }
    } catch (error) {
      bad.push(`${original.name}: ${error.message}`);
    }
  }
  complain(box, bad);
  if (box.dataset.url) input.value = "";
  else hold(box, kept);
}

document.addEventListener("change", (event) => {
  const input = event.target;
  const box = input.type === "file" && input.closest("[data-photos]");
  if (box) take(box, input);
});
document.addEventListener("click", (event) => {
  const remove = event.target.closest(".photo-remove");
  if (!remove) return;
  event.preventDefault();
  const box = remove.closest("[data-photos]");
  const card = remove.closest(".photo");
  card.remove();
  if (!box.dataset.url) {
    hold(box, [...box.querySelectorAll(".photo")].map((other) => other.file).filter(Boolean));
  }
});
// On a slow line a photo may be chosen before this script is there.
document.querySelectorAll("[data-photos] input[type=file]").forEach((input) => {
  if (input.files.length) take(input.closest("[data-photos]"), input);
});
