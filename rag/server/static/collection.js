// Which collection this page is of, where the server has several.

const meta = document.querySelector('meta[name="collection"]');

// { name, title, level }, null for a page that is of none; of several asked together the name is "one+other".
export const collection = meta && { name: meta.dataset.name, title: meta.content, level: meta.dataset.level };

// The way to what all collections share: their list, signing in and out.
export const home = collection ? "../../" : "";
