// The lightbox: one photo large, with its neighbours in the conversation a key press away.

import { fileUrl } from "./api.js";
import { el, iconButton } from "./dom.js";
import { t } from "./words.js";

/** Shows the photo `id` out of `photos` ([{id, name, caption}], in the conversation's order). */
export function showPhoto(photos, id) {
  let at = Math.max(0, photos.findIndex((photo) => photo.id === id));
  const image = el("img", { class: "viewer-image", alt: "" });
  const caption = el("figcaption", {});
  const counter = el("span", { class: "viewer-count", "aria-live": "polite" });
  const save = el("a", { class: "icon-button", download: "", title: t("download"), "aria-label": t("download") }, iconButton("download", "").firstChild);
  const previous = iconButton("back", t("previous"), () => show(at - 1), { class: "icon-button viewer-previous" });
  const next = iconButton("back", t("next"), () => show(at + 1), { class: "icon-button viewer-next" });
  const bar = el("div", { class: "viewer-bar" }, counter, save, iconButton("close", t("close"), () => box.close()));
  const box = el("dialog", { class: "viewer", "aria-label": t("photo") }, bar, previous, el("figure", {}, image, caption), next);

  function show(index) {
    at = Math.min(Math.max(index, 0), photos.length - 1);
    const photo = photos[at];
    box.classList.remove("zoomed");
    image.src = fileUrl(photo.id);
    image.alt = photo.caption || t("photo");
    save.href = `${fileUrl(photo.id)}?download=1`;
    caption.textContent = photo.caption || "";
    counter.textContent = photos.length > 1 ? t("photoOf", { n: at + 1, all: photos.length }) : "";
    previous.hidden = at === 0;
    next.hidden = at === photos.length - 1;
  }

  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  box.addEventListener("click", (event) => {
    if (event.target === image) box.classList.toggle("zoomed");
    else if (!event.target.closest("button, a")) box.close();
  });
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  show(at);
  box.showModal();
}
