// Sorts and searches the leaderboards of a page. Without it the tables are there all the same, best first.
// Libraries that sort only (tablesort, sortable-tablesort) leave the search and the buttons to us; those that do both
// bring jQuery or rebuild the table from text, and a row's details with it.

for (const board of document.querySelectorAll(".leaderboard")) {
  const [head, body] = [board.querySelector("thead tr"), board.querySelector("tbody")];
  for (const cell of head.cells) addButton(cell, head, body);
  board.prepend(searchField(board, [...body.rows]));
}

function addButton(cell, head, body) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...cell.childNodes);
  button.addEventListener("click", () => {
    const opposite = { ascending: "descending", descending: "ascending" };
    const order = opposite[cell.getAttribute("aria-sort")] ?? cell.dataset.first;
    for (const other of head.cells) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", order);
    const rows = [...body.rows].sort((one, other) => compared(one, other, cell.cellIndex, order));
    body.append(...rows);
  });
  cell.append(button);
}

// Numbers as numbers, names as names, and a dash after everything in either order.
function compared(one, other, column, order) {
  const [left, right] = [one, other].map((row) => row.cells[column].dataset.value);
  if (left === "" || right === "") return (left === "") - (right === "");
  const difference = column === 0 ? left.localeCompare(right, "en", { numeric: true }) : left - right;
  return order === "ascending" ? difference : -difference;
}

function searchField(board, rows) {
  const label = document.createElement("label");
  const [field, found] = [document.createElement("input"), document.createElement("output")];
  field.type = "search";
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => row.dataset.words.includes(word));
    found.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  });
  label.append("Search models and parameters ", field, " ", found);
  label.className = "board-search";
  return label;
}
