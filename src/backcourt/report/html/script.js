"use strict";
// Figures of a cell in a bubble, by pointer and by keyboard. Without this script a cell still has them as its title.
const tip = document.getElementById("tip");
let told = null;

function hide() {
  if (told) told.title = told.dataset.told;
  told = null;
  tip.hidden = true;
}

function show(cell) {
  if (cell === told) return;
  hide();
  told = cell;
  // The browser's own bubble would stand beside ours.
  cell.dataset.told = cell.title;
  cell.setAttribute("aria-label", cell.title);
  cell.removeAttribute("title");
  const name = document.createElement("b");
  name.textContent = cell.parentElement.querySelector("th").textContent;
  tip.replaceChildren(name, cell.dataset.told);
  tip.hidden = false;
  place();
}

function place() {
  const box = told.getBoundingClientRect(), size = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left + box.width / 2 - size.width / 2), innerWidth - size.width - 8);
  const above = box.top - size.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : box.bottom + 8}px`;
}

const cellOf = (event) => (event.target.closest ? event.target.closest("td.p") : null);
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function next(cell, [down, right]) {
  const rows = cell.closest("tbody").rows;
  let row = cell.parentElement.sectionRowIndex + down, column = cell.cellIndex + right;
  while (rows[row] && rows[row].cells[column]) {
    if (rows[row].cells[column].classList.contains("p")) return rows[row].cells[column];
    row += down;
    column += right;
  }
  return null;
}

function go(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

document.addEventListener("pointerover", (event) => {
  const cell = cellOf(event);
  if (cell) show(cell);
  else if (document.activeElement !== told) hide();
});
document.addEventListener("focusin", (event) => {
  const cell = cellOf(event);
  if (cell) show(cell);
});
document.addEventListener("focusout", hide);
const moved = () => {
  if (told && told.matches(":hover, :focus")) place();
  else hide();
};
document.addEventListener("scroll", moved, { capture: true, passive: true });
document.addEventListener("click", (event) => {
  const cell = cellOf(event);
  if (!cell) return;
  const before = cell.closest("table").querySelector("td[tabindex='0']");
  go(before || cell, cell);
});
document.addEventListener("keydown", (event) => {
  const cell = cellOf(event);
  if (event.key === "Escape") hide();
  if (!cell) return;
  const boxes = cell.parentElement.querySelectorAll("td.p");
  if (steps[event.key]) go(cell, next(cell, steps[event.key]));
  else if (event.key === "Home") go(cell, boxes[0]);
  else if (event.key === "End") go(cell, boxes[boxes.length - 1]);
  else return;
  event.preventDefault();
});
