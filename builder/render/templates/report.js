"use strict";
// Shows the articles of the page. Text from articles only ever becomes a text node.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const list = byId("list"), detail = byId("detail"), tip = byId("tip");
  const filters = ["language", "split", "flag", "rule"];

  const make = (name, classes, ...children) => {
    const node = document.createElement(name);
    if (classes) node.className = classes;
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const isolated = (text) => make("bdi", "", String(text));
  const rules = (article) => [...new Set((article.removed || []).flatMap((piece) => piece[2]))].sort();
  const values = {
    language: (article) => [article.language],
    split: (article) => [article.split],
    flag: (article) => article.flags,
    rule: (article) => article.rules,
  };
  for (const article of data.articles) article.rules = rules(article);
  const inPoints = (article) => article.points || (article.points = Array.from(article.raw));  // offsets count code points
  const allRules = Object.keys(data.rules);
  const colour = (rule) => "r" + (allRules.indexOf(rule) % 8);

  // Cut points into pieces at every border of a range; a piece knows the ranges over it.
  const pieces = (points, ranges) => {
    const borders = new Set([0, points.length]);
    for (const range of ranges) { borders.add(range.start); borders.add(range.end); }
    const sorted = [...borders].filter((at) => at <= points.length).sort((a, b) => a - b);
    const result = [];
    for (let at = 0; at + 1 < sorted.length; at += 1) {
      const [start, end] = [sorted[at], sorted[at + 1]];
      const over = ranges.filter((range) => range.start < end && range.end > start);
      result.push({ text: points.slice(start, end).join(""), over });
    }
    return result;
  };
  const drawn = (points, ranges, label) => {
    const body = make("div", "body");
    body.dir = "auto";
    body.tabIndex = 0;
    body.setAttribute("role", "region");
    body.setAttribute("aria-label", label);
    for (const piece of pieces(points, ranges)) {
      if (!piece.over.length) { body.append(piece.text); continue; }
      const span = make("span", piece.over.map((range) => range.classes).join(" "), piece.text);
      span.dataset.tip = piece.over.map((range) => range.tip).join("\n");
      span.dataset.places = piece.over.map((range) => range.place || "").join(" ");
      body.append(span);
    }
    return body;
  };

  const cleaned = (article) => {
    if (!article.removed) return article.points;
    const kept = [];
    let done = 0;
    for (const [start, end] of article.removed) { kept.push(...article.points.slice(done, start)); done = end; }
    kept.push(...article.points.slice(done));
    return kept;
  };

  const short = (text, most) => {
    const points = Array.from(text);
    if (points.length <= most) return text;
    const cut = points.slice(0, most - 1).join("");
    const space = cut.lastIndexOf(" ");
    return (space > cut.length / 2 ? cut.slice(0, space) : cut).trimEnd() + "…";
  };
  const count = (number) => number.toLocaleString("en");
  const reasons = (names) => names.map((name) => name + ": " + data.rules[name]).join("; ");

  const pointer = (place) => {
    const button = make("button", "", "show in the raw text");
    button.type = "button";
    button.addEventListener("click", () => show(place));
    return button;
  };
  // The receipt as a list: what hovering tells, for the keyboard, for screen readers and on paper.
  const receipt = (article) => {
    if (!article.removed.length) return make("p", "", "Nothing was removed.");
    const length = article.removed.reduce((sum, [start, end]) => sum + end - start, 0);
    const characters = (number) => count(number) + (number === 1 ? " character" : " characters");
    const texts = article.removed.map(([start, end]) => article.points.slice(start, end).join(""));
    const blank = texts.filter((text) => !text.trim());
    const items = article.removed.map(([start, end, names], at) => texts[at].trim() === "" ? null :
      make("li", "", make("q", "", isolated(short(texts[at].trim().replace(/\n/g, "↵"), 80))), " " + characters(end - start) + ", " + reasons(names) + " ", pointer("piece" + at)));
    if (blank.length) items.push(make("li", "", "white space in " + count(blank.length) + (blank.length === 1 ? " place, " : " places, ") + characters(blank.join("").length)));
    const list = make("ol", "evidence", ...items);
    const box = make("details", "", make("summary", "", "What was removed and why: " + characters(length)), list);
    box.open = list.childElementCount <= 12;
    return box;
  };
  const hintRange = (prefix, article) => (hint, at) => ({
    start: hint.start, end: hint.end, classes: "hint", place: prefix + at,
    tip: prefix + " evidence: " + hint.kind + " " + hint.value,
  });
  const evidence = (title, prefix, hints) => {
    const items = hints.map((hint, at) => {
      const words = [hint.kind, ": ", isolated(hint.value)];
      if (hint.precision) words.push(" (" + hint.precision + ")");
      words.push(", found in " + hint.basis + " ");
      const item = make("li", "", ...words);
      if (hint.shown) item.append(pointer(prefix + at));
      else if (hint.start !== null) item.append("(beyond what is shown)");
      return item;
    });
    return [make("h4", "", title), items.length ? make("ul", "evidence", ...items) : make("p", "", "none")];
  };
  const show = (place) => {
    for (const node of detail.querySelectorAll(".found")) node.classList.remove("found");
    const found = [...detail.querySelectorAll("[data-places]")].filter((node) => node.dataset.places.split(" ").includes(place));
    for (const node of found) node.classList.add("found");
    if (found.length) found[0].scrollIntoView({ block: "center" });
  };

  const fact = (name, value) => [make("dt", "", name), make("dd", "", value instanceof Node ? value : isolated(value))];
  const neighbour = (other) => {
    const body = make("div", "body");
    body.dir = "auto";
    body.tabIndex = 0;
    body.setAttribute("role", "region");
    body.setAttribute("aria-label", "Differences from " + other.id);
    for (const [kind, text] of other.diff) body.append(kind === "=" ? text : make(kind === "+" ? "ins" : "del", "", text));
    const box = make("details", "", make("summary", "", "Jaccard " + other.jaccard.toFixed(3) + " with ", make("code", "", other.id)));
    if (other.compared) box.append(make("p", "note", "The first " + count(other.compared) + " characters are compared."));
    box.append(make("p", "", "Only here: ", make("del", "", "struck through"), ". Only there: ", make("ins", "", "underlined"), "."), body);
    const found = data.articles.find((article) => article.id === other.id);
    if (found) {
      const button = make("button", "", "open it");
      button.type = "button";
      button.addEventListener("click", () => { open(found, null); detail.focus(); });
      box.append(button);
    }
    return box;
  };
  const cluster = (article) => {
    if (article.size < 2) return [make("p", "", "No near-duplicate is published.")];
    const words = "One of " + count(article.size) + " near-duplicates. " + (article.neighbours.length ? "Compared with " + article.neighbours.length + " of them:" : "None of the others is at hand.");
    return [make("p", "", words), ...article.neighbours.map(neighbour)];
  };

  const open = (article, button) => {
    inPoints(article);
    for (const other of list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    if (button) button.setAttribute("aria-current", "true");
    const removed = (article.removed || []).map(([start, end, names], at) => ({
      start, end, classes: "removed " + colour(names[0]), place: "piece" + at, tip: "removed by " + reasons(names),
    }));
    const placed = (prefix, hints) => hints.map(hintRange(prefix, article)).filter((range, at) => hints[at].shown);
    const ranges = [...removed, ...placed("date", article.dates), ...placed("source", article.sources)];
    const entities = article.entities.map(([start, end, label, score, iso]) => ({
      start, end, classes: "entity " + label,
      tip: data.labels[label] + " (" + label + "), score " + score.toFixed(3) + (iso ? ", " + iso : ""),
    }));
    const facts = make("dl", "",
      ...fact("id", make("code", "", article.id)), ...fact("language", article.language + " (" + article.score.toFixed(3) + ")"),
      ...fact("split", article.split), ...fact("date", article.date ? article.date + " (" + article.basis + ")" : "none declared"),
      ...fact("source", article.source || "none declared"), ...fact("flags", article.flags.join(", ") || "none"), ...fact("input", article.path));
    const legend = make("ul", "legend", ...article.rules.map((rule) => make("li", "", make("span", colour(rule), rule))));
    const labels = make("ul", "legend", ...Object.keys(data.labels).map((label) => make("li", "", make("span", "entity " + label, label), " " + data.labels[label])));
    const note = article.cut.length ? make("p", "note", "Too long for this page, which shows ", article.cut.map(([name, have, of]) => count(have) + " of " + count(of) + " " + name).join(", "), ".") : null;
    detail.replaceChildren(...[
      make("h3", "", isolated(article.title)), facts, note,
      make("h4", "", article.removed ? "Raw text, what was removed struck through" : "Text (no receipt is kept, so the raw text is not known)"),
      article.removed ? legend : null, drawn(article.points, ranges, "Raw text"), article.removed ? receipt(article) : null,
      ...(article.removed ? [make("h4", "", "Cleaned text, entities underlined"), labels, drawn(cleaned(article), entities, "Cleaned text")] : []),
      ...evidence("Date evidence", "date", article.dates), ...evidence("Source evidence", "source", article.sources),
      make("h4", "", "Near-duplicates"), ...cluster(article),
    ].filter((node) => node !== null));
  };

  const refresh = () => {
    const words = byId("search").value.toLowerCase();
    const wanted = filters.map((name) => [name, byId("filter-" + name).value]).filter(([, value]) => value);
    const found = data.articles.filter((article) =>
      wanted.every(([name, value]) => values[name](article).includes(value)) &&
      (!words || (article.id + " " + article.title + " " + (article.source || "") + " " + article.raw).toLowerCase().includes(words)));
    byId("count").textContent = found.length + " of " + data.articles.length + " shown";
    list.replaceChildren(...found.map((article) => {
      const button = make("button", "", isolated(article.title),
        make("small", "", article.language + " · " + article.split + " · " + article.id.slice(0, 8)));
      button.type = "button";
      button.addEventListener("click", () => open(article, button));
      return button;
    }));
    if (found.length) open(found[0], list.firstChild);
    else detail.replaceChildren(make("p", "", "No article of the sample fits."));
  };

  for (const name of filters) {
    const select = byId("filter-" + name);
    for (const value of [...new Set(data.articles.flatMap(values[name]))].sort()) {
      const option = make("option", "", value);
      option.value = value;
      select.append(option);
    }
    select.addEventListener("change", refresh);
  }
  byId("search").addEventListener("input", refresh);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && document.activeElement[step];
    if (next) { event.preventDefault(); next.focus(); next.click(); }
  });
  const point = (event) => {
    const node = event.target.closest && event.target.closest("[data-tip]");
    tip.hidden = !node;
    if (!node) return;
    tip.textContent = node.dataset.tip;
    const box = node.getClientRects()[0] || node.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(box.left, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (box.top > tip.offsetHeight + 12 ? box.top - tip.offsetHeight - 6 : box.bottom + 6) + "px";
  };
  document.addEventListener("mouseover", point);
  document.addEventListener("scroll", () => { tip.hidden = true; }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
  const theme = byId("theme");
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  refresh();
})();
