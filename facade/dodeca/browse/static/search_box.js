// The search box: a text, an image by drop, paste or file, or a segment of the library.

import { uploadImage } from "./api.js";
import { byId, notify, notifyError } from "./dom.js";

export class SearchBox {
  // A query is {text}, {image_id, label, url} or {segment_id, label, url}.
  constructor(onQuery) {
    this.onQuery = onQuery;
    this.example = null;
    this.input = byId("query");
    const file = byId("image-file");
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => { if (this.input.value) this.setQuery(null, { keepText: true }); });
    byId("example-remove").addEventListener("click", () => {
      this.setQuery(null);
      onQuery(null);
      this.input.focus();
    });
    byId("pick-image").addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      if (file.files.length) this.searchImage(file.files[0]);
      file.value = "";
    });
    document.addEventListener("paste", (event) => {
      const image = imageOf(event.clipboardData);
      if (!image) return;
      event.preventDefault();
      this.searchImage(image);
    });
    this.#acceptDrops();
  }

  #submit() {
    const text = this.input.value.trim();
    if (text) this.onQuery({ text });
    else if (this.example) this.onQuery(this.example);
    else this.onQuery(null);
  }

  async searchImage(file) {
    try {
      const { image_id: id } = await uploadImage(file);
      this.onQuery({ image_id: id, label: file.name || "pasted image", url: URL.createObjectURL(file) });
    } catch (error) {
      notifyError(error);
    }
  }

  // Show a query in the box.
  setQuery(query, { keepText = false } = {}) {
    this.example = query?.text === undefined ? query : null;
    if (!keepText) this.input.value = query?.text ?? "";
    byId("example").hidden = !this.example;
    this.input.placeholder = this.example ? "or describe a moment" : "Describe a moment, or drop an image";
    if (!this.example) return;
    byId("example-label").textContent = this.example.label;
    byId("example-image").hidden = !this.example.url;
    if (this.example.url) byId("example-image").src = this.example.url;
  }

  #acceptDrops() {
    const target = byId("drop");
    const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      target.hidden = false;
    });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) target.hidden = true; });
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      target.hidden = true;
      const image = imageOf(event.dataTransfer);
      if (image) this.searchImage(image);
      else notify("That is no image", "Drop a JPEG, PNG or another image to search with it.", { isError: true });
    });
  }
}

function imageOf(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
}
