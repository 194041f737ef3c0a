// Who may do what in a collection, and the groups of people that a right can be given to.

import { callTeam } from "./api.js";
import { button, h, icon, iconButton, problem, say } from "./dom.js";
import { doing } from "./making.js";
import { t } from "./words.js";

const LEVELS = { ask: t("Can ask"), add: t("Can ask and add"), manage: t("Can manage") };

const OTHER = "?"; // who is not in the list

const whoWords = (who) => (who === "*" ? t("Everybody") : who.startsWith("@") ? t("Group “{name}”", { name: who.slice(1) }) : who);

const levels = (chosen, extra = {}) =>
  h("select", extra, Object.entries(LEVELS).map(([level, words]) => h("option", { value: level, selected: level === chosen }, words)));

// onchange(): somebody may do something else now.
export function people({ name }, mayGroup, onchange) {
  const wrong = problem();
  const rows = h("tbody", {});
  const adding = h("div", {});
  const groups = h("div", { class: "groups" });

  async function show() {
    const { grants, groups: known, users } = await callTeam("people", { name });
    rows.replaceChildren(...grants.map(row));
    table.hidden = !grants.length;
    nobody.hidden = !table.hidden;
    const free = [...users, ...known.map((each) => `@${each.name}`), "*"].filter((who) => !grants.some((each) => each.who === who));
    adding.replaceChildren(giving(free));
    if (mayGroup) groups.replaceChildren(...known.map((each) => group(each, users)), group({ name: "", members: [] }, users));
  }

  async function grant(who, level) {
    await callTeam("grant", { name, who, level });
    say(t("Saved."));
    await onchange();
    await show().catch(() => {}); // one's own right may be what was taken away: then the panel has closed
  }

  function row({ who, level }) {
    const words = whoWords(who);
    const change = doing(wrong, () => grant(who, select.value));
    const select = levels(level, {
      "aria-label": t("Access of {who}", { who: words }),
      onchange: async () => (await change(), (select.value = wrong.hidden ? select.value : level)),
    });
    const take = iconButton("close", t("Remove access of {who}", { who: words }), doing(wrong, () => grant(who, "")));
    return h("tr", {}, h("th", { scope: "row" }, h("bdi", {}, words)), h("td", {}, select), h("td", {}, take));
  }

  // Not everybody who can sign in is known here: a name can be typed as well.
  function giving(free) {
    const typed = h("input", { type: "text", hidden: true, maxlength: 100, "aria-label": t("Name of the person"), placeholder: t("Name of the person"), autocomplete: "off" });
    const chosen = [["", t("Choose who…")], ...free.map((each) => [each, whoWords(each)]), [OTHER, t("Somebody else…")]];
    const who = h(
      "select",
      { "aria-label": t("Who gets access"), required: true, onchange: () => ((typed.hidden = who.value !== OTHER), (typed.required = !typed.hidden), typed.hidden || typed.focus()) },
      chosen.map(([value, words]) => h("option", { value }, words)),
    );
    const level = levels("ask", { "aria-label": t("Which access") });
    return h(
      "form",
      { class: "line giving", onsubmit: doing(wrong, () => grant(who.value === OTHER ? typed.value.trim() : who.value, level.value)) },
      who,
      typed,
      level,
      h("button", { type: "submit", class: "ghost wordy edged" }, t("Add")),
    );
  }

  // One group and who is in it; without a name it is a new one.
  function group(one, users) {
    const faulty = problem();
    const called = h("input", { type: "text", maxlength: 60, required: true, placeholder: t("Name of a new group"), "aria-label": t("Name of a new group"), autocomplete: "off" });
    const more = h("input", { type: "text", placeholder: t("Names, separated by commas"), "aria-label": t("Names, separated by commas"), autocomplete: "off", hidden: users.length > 0 });
    const boxes = [...new Set([...users, ...one.members])].map((user) => h("label", {}, h("input", { type: "checkbox", value: user, checked: one.members.includes(user) }), h("bdi", {}, user)));
    const tell = async (members) => {
      await callTeam("group", { group: one.name || called.value.trim(), members });
      say(t("Saved."));
      await onchange();
      await show();
    };
    const keep = doing(faulty, async () => {
      const members = [...form.querySelectorAll("input:checked")].map((each) => each.value);
      members.push(...more.value.split(",").map((each) => each.trim()).filter(Boolean));
      if (!members.length) throw new Error(t("Name at least one person."));
      await tell(members);
    });
    const form = h(
      "form",
      { class: "group", onsubmit: keep },
      one.name ? h("strong", {}, h("bdi", {}, one.name)) : called,
      h("div", { class: "which" }, boxes),
      more,
      h(
        "div",
        { class: "ways-out" },
        h("button", { type: "submit", class: "ghost wordy edged" }, one.name ? t("Save") : t("Create the group")),
        one.name && button("ghost wordy", t("Delete the group"), doing(faulty, () => tell([]))),
      ),
      faulty,
    );
    return form;
  }

  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Who")), h("th", { scope: "col" }, t("Access")), h("th", { scope: "col" }, h("span", { class: "unseen" }, t("Remove")))));
  const table = h("table", { hidden: true }, head, rows);
  const nobody = h("p", { class: "aside", hidden: true }, t("Nobody but those who have access to all collections."));
  show().catch((failure) => wrong.tell(failure.message));
  return h(
    "section",
    { class: "people" },
    h("h3", {}, t("People")),
    table,
    nobody,
    adding,
    wrong,
    mayGroup && h("details", {}, h("summary", {}, icon("fold"), t("Groups")), h("p", { class: "aside" }, t("The same in all collections.")), groups),
  );
}
