// The rows of the list of sources: those that need attention first, the others by their folders.

import { linkTo } from "./address.js";
import { button, day, followed, h, icon, iconButton, plural } from "./dom.js";
import { figure, language, t, within } from "./words.js";

const KINDS = { "application/pdf": "PDF", "text/markdown": "MD", "text/html": "HTML", "text/plain": "TXT" };
export const STATES = { indexed: t("Indexed"), no_text: t("No text"), failed: t("Not read"), skipped: t("Skipped"), new: t("Not read yet") };
const DISK = {
  changed: t("The file has changed since it was read. Rebuild to read it again."),
  gone: t("The file has gone since it was read. Rebuild to drop it from the index."),
};
const TALL = { source: 3.375, stale: 5.75, trouble: 5.75, folder: 2.5 }; // rem

export const SORTS = {
  name: [t("Name"), (one, other) => one.sortName.localeCompare(other.sortName)],
  newest: [t("Newest first"), (one, other) => other.modified - one.modified],
  longest: [t("Longest first"), (one, other) => other.chunks - one.chunks],
  kind: [t("Kind"), (one, other) => kind(one).localeCompare(kind(other)) || one.sortName.localeCompare(other.sortName)],
};

const LANGUAGES = new Intl.DisplayNames([language], { type: "language", fallback: "none" });

export const kind = (source) => KINDS[source.media_type] || source.path.split(".").pop().slice(0, 4).toUpperCase();
export const nameOf = (source) => source.title || source.path.split("/").pop();
const folderOf = (source) => source.path.slice(0, Math.max(0, source.path.lastIndexOf("/")));

// What there is of a source, in a line; its passages only where they are asked for.
export function amount(source, passages = false) {
  return [
    source.pages > 0 && plural(source.pages, "page"),
    passages && plural(source.chunks, "passage"),
    source.language && LANGUAGES.of(source.language),
    source.modified > 0 && day(source.modified * 1000),
  ].filter(Boolean);
}

// The address that a source was fetched from, and the day; null for one's own files. An address is text, and a link only
// where it is one of the web.
export function origin({ address, fetched }) {
  if (!/^https?:\/\//i.test(address ?? "")) return null;
  const link = h("a", { class: "link", href: address, target: "_blank", rel: "noopener noreferrer", title: address }, h("bdi", {}, address));
  return h("p", { class: "origin" }, within("From {address}, {day}", { address: link, day: day(Date.parse(fetched)) }));
}

// What is looked for and sorted by, made once for each source.
export const known = (source) => ({
  ...source,
  sortName: nameOf(source).toLowerCase(),
  words: `${nameOf(source)} ${source.path}`.normalize("NFC").toLowerCase(),
});

export const matching = (all, words) => {
  const wanted = words.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((source) => wanted.every((word) => source.words.includes(word)));
};

// ways: { may, building, chosen, folded, sort, onchoose(sources, on), onfold(folder), onopen(source), onremove(source) }.
export function sourceRows(sources, ways) {
  const coming = sources.filter((source) => ways.building && source.disk === "new"); // no trouble: its turn will come
  const troubled = sources.filter((source) => source.status !== "indexed" && !coming.includes(source));
  const fine = sources.filter((source) => source.status === "indexed").sort(SORTS[ways.sort][1]);
  const folders = grouped(fine);
  const rows = coming.map((source) => line(source, "source", ways));
  if (troubled.length) rows.push(heading(troubled.length), ...troubled.map((source) => line(source, "trouble", ways)));
  for (const folder of [...folders.keys()].sort((one, other) => one.localeCompare(other))) {
    const within = folders.get(folder);
    if (folder) rows.push(folderRow(folder, within, ways));
    if (!ways.folded.has(folder)) rows.push(...within.map((source) => line(source, DISK[source.disk] ? "stale" : "source", ways)));
  }
  return rows;
}

function grouped(sources) {
  const found = new Map();
  for (const source of sources) {
    const folder = folderOf(source);
    if (!found.has(folder)) found.set(folder, []);
    found.get(folder).push(source);
  }
  return found;
}

const heading = (count) => ({
  key: "attention",
  rems: TALL.folder,
  make: () => h("li", { class: "folder trouble" }, h("h3", {}, icon("warn"), plural(count, "file needs attention", "files need attention"))),
});

function folderRow(folder, within, { chosen, folded, onchoose, onfold }) {
  const ticked = within.filter((source) => chosen.has(source.path)).length;
  const open = !folded.has(folder);
  const make = () => {
    const box = h("input", {
      type: "checkbox",
      "aria-label": t("Ask only the folder {folder}", { folder }),
      title: t("Ask only this folder"),
      checked: ticked === within.length,
      onchange: (event) => onchoose(within, event.target.checked),
    });
    box.indeterminate = ticked > 0 && ticked < within.length;
    const name = [icon(open ? "fold" : "right"), h("bdi", {}, folder), h("span", { class: "many" }, figure(within.length))];
    const fold = button(null, name, () => onfold(folder), { "aria-expanded": String(open), title: folder });
    return h("li", { class: "folder" }, h("h3", {}, fold), box);
  };
  return { key: `folder ${folder}`, rems: TALL.folder, make };
}

const line = (source, cls, ways) => ({ key: source.path, rems: TALL[cls], make: () => row(source, ways) });

const stateOf = (source) => STATES[source.disk === "new" ? "new" : source.status] || source.status;

function row(source, { may, building, chosen, onchoose, onopen, onremove }) {
  const fine = source.status === "indexed";
  const coming = building && source.disk === "new";
  const said = [stateOf(source), source.reason, source.hint].filter(Boolean).join(" ");
  return h(
    "li",
    { class: fine || coming ? "source" : "source trouble" },
    h(
      "a",
      {
        class: "pick",
        href: linkTo({ source: source.path }),
        title: fine || coming ? source.path : said,
        onclick: followed(() => onopen(source)),
      },
      h("span", { class: "kind", "aria-hidden": "true" }, kind(source)),
      h("bdi", { class: "title" }, nameOf(source)),
      fine
        ? h("span", { class: "amount" }, ...amount(source).map((each) => `${each} · `), h("bdi", { class: "path" }, source.path))
        : h("span", { class: "amount" }, coming && `${t("Being read…")} · `, h("bdi", { class: "path" }, source.path)),
      !fine && !coming && h("span", { class: "reason" }, h("span", { class: "state" }, stateOf(source)), " ", source.reason, " ", source.hint),
      fine && DISK[source.disk] && h("span", { class: "reason changed" }, DISK[source.disk]),
    ),
    h(
      "div",
      { class: "tools" },
      may && iconButton("bin", t("Remove “{name}”", { name: nameOf(source) }), () => onremove(source), { class: "ghost quiet" }),
      fine &&
        h("input", {
          type: "checkbox",
          "aria-label": t("Ask only {name}", { name: nameOf(source) }),
          title: t("Ask only this"),
          checked: chosen.has(source.path),
          onchange: (event) => onchoose([source], event.target.checked),
        }),
    ),
  );
}
