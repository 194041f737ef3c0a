"use strict";
// Sorts the table of cases by a column, and hides the cases that do not hold what is typed.
const table = document.querySelector("#cases");
const rows = [...table.tBodies[0].rows];

function key(row, column) {
  const cell = row.cells[column];
  const number = Number(cell.dataset.sort ?? cell.textContent.trim());
  return Number.isNaN(number) || cell.textContent.trim() === "" ? cell.textContent.trim().toLowerCase() : number;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a.localeCompare(b);
  return typeof a === "number" ? -1 : 1;
}

for (const heading of table.tHead.rows[0].cells) {
  heading.querySelector("button").addEventListener("click", () => {
    const up = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    const column = heading.cellIndex;
    rows.sort((a, b) => (up ? 1 : -1) * compare(key(a, column), key(b, column)));
    table.tBodies[0].append(...rows);
  });
}

const search = document.querySelector("#search");
const failing = document.querySelector("#failing");
const told = document.querySelector("#told");

function filter() {
  const wanted = search.value.trim().toLowerCase();
  let count = 0;
  for (const row of rows) {
    const shown = row.textContent.toLowerCase().includes(wanted) && !(failing.checked && row.dataset.state === "passed");
    row.hidden = !shown;
    count += shown ? 1 : 0;
    const detail = document.getElementById(`case-${row.dataset.number}`);
    if (detail) detail.hidden = !shown;
  }
  told.textContent = `${count} of ${rows.length} cases`;
}

search.addEventListener("input", filter);
failing.addEventListener("change", filter);
filter();
