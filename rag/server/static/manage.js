// The panel that manages one collection: its title, people, limits and history; archiving and deleting it.

import { callTeam } from "./api.js";
import { button, drawer, h, icon, moment, problem, say } from "./dom.js";
import { doing } from "./making.js";
import { people } from "./people.js";
import * as store from "./store.js";
import { t } from "./words.js";

const MEGABYTE = 1e6;

// onchange(): the collection as it is now, null where one may not manage it any more; onarchived(archived), ondeleted().
export function managing(each, { may_group, onchange, onarchived, ondeleted }) {
  const shut = () => node.close();
  const changed = async () => {
    const now = await onchange();
    if (!now) return shut();
    node.querySelector("h2").replaceChildren(h("bdi", {}, now.title));
    return undefined;
  };
  const node = drawer(
    "right managing",
    each.title,
    h(
      "div",
      { class: "scroll" },
      renaming(each, changed),
      store.user && people(each, may_group, changed),
      limits(each),
      history(each),
      archiving(each, (archived) => (shut(), onarchived(archived))),
      deleting(each, () => (shut(), ondeleted())),
    ),
  );
  node.addEventListener("close", () => node.remove());
  return node;
}

const section = (title, ...rest) => h("section", {}, h("h3", {}, title), rest);
const submit = (words, cls = "ghost wordy edged") => h("button", { type: "submit", class: cls }, words);

function renaming(each, onchange) {
  const wrong = problem();
  const title = h("input", { type: "text", value: each.title, maxlength: 80, required: true, "aria-label": t("Title"), autocomplete: "off" });
  const act = doing(wrong, async () => {
    await callTeam("rename", { name: each.name, title: title.value.trim() });
    each.title = title.value.trim();
    say(t("Saved."));
    await onchange();
  });
  return section(t("Title"), h("form", { class: "line rename", onsubmit: act }, title, submit(t("Rename"))), wrong);
}

// How much may lie in it. Both are read together with the people.
function limits(each) {
  const wrong = problem();
  const said = h("span", { class: "aside", role: "status" });
  const files = h("input", { type: "number", min: 1, step: 1, inputmode: "numeric" });
  const megabytes = h("input", { type: "number", min: 1, step: "any", inputmode: "decimal" });
  const shown = async () => {
    const { most_files, most_bytes } = await callTeam("people", { name: each.name });
    files.value = most_files ?? "";
    megabytes.value = most_bytes === null ? "" : Number((most_bytes / MEGABYTE).toFixed(1));
  };
  shown().catch((failure) => wrong.tell(failure.message));
  const act = doing(wrong, async () => {
    said.textContent = "";
    const most_bytes = megabytes.value ? Math.round(Number(megabytes.value) * MEGABYTE) : null;
    await callTeam("quota", { name: each.name, most_files: files.value ? Number(files.value) : null, most_bytes });
    said.textContent = t("Saved.");
  });
  const form = h(
    "form",
    { class: "line limits", onsubmit: act, oninput: () => (said.textContent = "") },
    h("label", {}, t("Maximum files"), files),
    h("label", {}, t("Maximum size in MB"), megabytes),
    submit(t("Save")),
    said,
  );
  return section(t("Limits"), h("p", { class: "aside" }, t("Leave a field empty for no limit.")), form, wrong);
}

// Who did what, fetched when it is unfolded.
function history(each) {
  const wrong = problem();
  const list = h("ul", { class: "done" });
  const entry = ({ at, who, did, what }) =>
    h("li", {}, h("span", { class: "path" }, [moment(at), who].filter(Boolean).join(" · ")), h("bdi", {}, [did, what].filter(Boolean).join(" ")));
  const show = async () => {
    const found = await callTeam("log", { name: each.name });
    list.replaceChildren(...(found.length ? found.map(entry) : [h("li", { class: "aside" }, t("Nothing yet."))]));
  };
  const fold = h("details", {}, h("summary", {}, icon("fold"), t("Who did what")), wrong, list);
  fold.addEventListener("toggle", () => fold.open && show().catch((failure) => wrong.tell(failure.message)));
  return section(t("History"), fold);
}

function archiving(each, ondone) {
  const wrong = problem();
  const next = !each.archived;
  const act = doing(wrong, async () => (await callTeam("archive", { name: each.name, archived: next }), ondone(next)));
  const what = next
    ? t("Nobody can ask it while it is archived. Everything in it is kept, and you can bring it back.")
    : t("It is archived: nobody can ask it. Everything in it has been kept.");
  const words = next ? t("Archive") : t("Bring back");
  return section(words, h("p", { class: "aside" }, what), button("ghost wordy edged", words, act), wrong);
}

function deleting(each, ondone) {
  const wrong = problem();
  const typed = h("input", { type: "text", "aria-label": t("Title of the collection"), autocomplete: "off", spellcheck: "false" });
  const act = doing(wrong, async () => (await callTeam("delete", { name: each.name, typed: typed.value.trim() }), ondone()));
  return section(
    t("Delete for good"),
    h("p", { class: "aside" }, t("This deletes its documents, also the files themselves, its index, and everybody’s conversations and feedback about it. It cannot be undone.")),
    h("p", {}, t("Type its title to delete it:")),
    h("form", { class: "line", onsubmit: act }, typed, submit(t("Delete for good"), "add grave")),
    wrong,
  );
}
