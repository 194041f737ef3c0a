// Moving documents to another collection, from the list of sources.

import { callTeam } from "./api.js";
import { collection } from "./collection.js";
import { button, h } from "./dom.js";
import { asking } from "./making.js";
import { t } from "./words.js";

// The button that asks where they are to go, null where nothing can be moved. chosen(): the paths;
// onmoved(paths, title); ontell(words): why it cannot be done.
export function mover({ chosen, onmoved, ontell }) {
  if (collection?.level !== "manage") return null;
  const to = h("select", {});
  const act = async () => {
    const paths = chosen();
    const { left } = await callTeam("move", { name: collection.name, to: to.value, paths });
    const stayed = left.map(({ path }) => path);
    onmoved(paths.filter((path) => !stayed.includes(path)), to.selectedOptions[0].textContent);
    if (left.length) ontell(t("Not moved: {paths}. {problem}", { paths: stayed.join(", "), problem: left[0].problem }));
  };
  const what = h("p", { class: "aside" }, t("The files themselves are moved, and both collections are built again."));
  const { node, ask } = asking(t("Move to another collection"), t("Move"), [what, h("label", {}, t("Collection"), to)], act);
  const open = async () => {
    try {
      const { collections } = await callTeam("state");
      const others = collections.filter((each) => each.level === "manage" && !each.archived && each.name !== collection.name);
      if (!others.length) return ontell(t("There is no other collection that you manage."));
      to.replaceChildren(...others.map((each) => h("option", { value: each.name }, each.title)));
      document.querySelector("#footnote").append(node);
      return ask();
    } catch (failure) {
      return ontell(failure.message);
    }
  };
  return button("ghost wordy move", t("Move to…"), open);
}
