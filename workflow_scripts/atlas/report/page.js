// Tables that sort by a click on a heading and are filtered by choices made from their own columns.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], rows = [...body.rows];
  const text = (row, column) => (row.cells[column] ? row.cells[column].textContent.trim() : "");
  const number = (value) => parseFloat(value.replace("−", "-").replace("< ", ""));

  function compare(column, sign) {
    return (one, other) => {
      const a = text(one, column), b = text(other, column), x = number(a), y = number(b);
      if (heads[column].classList.contains("n")) {
        if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y); // what was not estimated comes last
        return sign * (x - y);
      }
      return sign * a.localeCompare(b);
    };
  }
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.onclick = () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      body.append(...rows.sort(compare(column, sign)));
    };
  });

  if (!table.dataset.filters) continue;
  const filters = table.parentElement.previousElementSibling, chosen = new Map();
  const show = () => rows.forEach((row) => {
    row.hidden = [...chosen].some(([column, select]) => select.value && text(row, column) !== select.value);
  });
  for (const name of table.dataset.filters.split(",")) {
    const column = heads.findIndex((head) => head.textContent === name);
    const values = [...new Set(rows.map((row) => text(row, column)))];
    const select = document.createElement("select"), label = document.createElement("label");
    select.append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
    if (name === "outcome" || name === "distance") select.value = values[0];
    select.onchange = show;
    chosen.set(column, select);
    label.append(name + " ", select);
    filters.append(label);
  }
  filters.hidden = false;
  show();
}
