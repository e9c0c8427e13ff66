/* What others saved, taken into an open editor: only what they changed is replaced, so the caret, the scroll position and
   the steps to undo stay. Both functions compare the text as it was sent with the current one, while the writer may have
   typed on, and return false, with nothing changed, where both changed the same characters. */

/* ---- The rich editor ---- */

/* The document now, and a mapping of its positions to those after every later change. */
export function mark(editor) {
  const since = { doc: editor.state.doc, mapping: editor.state.tr.mapping };
  since.hear = ({ transaction }) => since.mapping.appendMapping(transaction.mapping);
  editor.on("transaction", since.hear);
  return since;
}

export function takeIn(editor, since, current) {
  editor.off("transaction", since.hear);
  const { state } = editor;
  const found = changes(since.doc, current, 0);
  const transaction = state.tr.setMeta("addToHistory", false);
  // From the end, so that positions before a change stay valid.
  for (const { from, to, content } of found.reverse()) {
    const [start, end] = [since.mapping.map(from, from < to ? 1 : -1), since.mapping.map(to, -1)];
    const before = since.doc.slice(from, to);
    if (end < start || !state.doc.slice(start, end).content.eq(before.content)) return false;
    transaction.replaceWith(start, end, content);
  }
  const untouched = state.doc.eq(since.doc);
  if (untouched && !transaction.doc.eq(current)) transaction.replaceWith(0, transaction.doc.content.size, current.content);
  if (transaction.docChanged) editor.view.dispatch(transaction);
  return true;
}

/* Where two nodes of the same kind differ: positions in the first, and what the second has there. */
function changes(one, two, at) {
  const [before, after] = [one.children, two.children];
  const found = [];
  for (const [i, endI, j, endJ] of gaps(before, after)) {
    if (endI - i === endJ - j) {
      for (let step = 0; i + step < endI; step++) {
        found.push(...changesOf(before[i + step], after[j + step], at + offset(before, i + step)));
      }
    } else {
      const content = two.content.cut(offset(after, j), offset(after, endJ));
      found.push({ from: at + offset(before, i), to: at + offset(before, endI), content });
    }
  }
  return found;
}

function changesOf(one, two, at) {
  if (one.eq(two)) return [];
  if (one.isLeaf || !one.sameMarkup(two)) return [{ from: at, to: at + one.nodeSize, content: two }];
  if (!one.inlineContent) return changes(one, two, at + 1);
  const start = one.content.findDiffStart(two.content);
  const { a, b } = one.content.findDiffEnd(two.content);
  const shared = Math.max(0, start - Math.min(a, b)); // "aa" became "aaa": the same letters count from both ends
  return [{ from: at + 1 + start, to: at + 1 + a + shared, content: two.content.cut(start, b + shared) }];
}

const offset = (nodes, until) => nodes.slice(0, until).reduce((size, node) => size + node.nodeSize, 0);

/* What lies between equal nodes: [from, to) in both lists. */
function gaps(one, two) {
  const shorter = Math.min(one.length, two.length);
  let [start, end] = [0, 0];
  while (start < shorter && one[start].eq(two[start])) start++;
  while (end < shorter - start && one.at(-1 - end).eq(two.at(-1 - end))) end++;
  const [n, m] = [one.length - start - end, two.length - start - end];
  if (!n && !m) return [];
  if (n * m > 250000) return [[start, start + n, start, start + m]];
  const longest = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  const equal = (i, j) => one[start + i].eq(two[start + j]);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[i][j] = equal(i, j) ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const found = [];
  let [i, j, fromI, fromJ] = [0, 0, 0, 0];
  const close = () => {
    if (i > fromI || j > fromJ) found.push([start + fromI, start + i, start + fromJ, start + j]);
  };
  while (i < n && j < m) {
    if (equal(i, j)) {
      close();
      [fromI, fromJ] = [++i, ++j];
    } else if (longest[i + 1][j] >= longest[i][j + 1]) i++;
    else j++;
  }
  [i, j] = [n, m];
  close();
  return found;
}

/* ---- The text area ---- */

/* The text with what others changed between `sent` and `current`; false if the writer changed the same part. */
export function mergeLines(sent, now, current) {
  const theirs = changed(sent, current);
  const own = changed(sent, now);
  if (own.from === own.to && !own.text) return current;
  if (theirs.from === theirs.to && !theirs.text) return now;
  if (theirs.to < own.from) return now.slice(0, theirs.from) + theirs.text + now.slice(theirs.to);
  if (own.to >= theirs.from) return false;
  const moved = now.length - sent.length;
  return now.slice(0, theirs.from + moved) + theirs.text + now.slice(theirs.to + moved);
}

function changed(one, two) {
  const shorter = Math.min(one.length, two.length);
  let [from, end] = [0, 0];
  while (from < shorter && one[from] === two[from]) from++;
  while (end < shorter - from && one.at(-1 - end) === two.at(-1 - end)) end++;
  return { from, to: one.length - end, text: two.slice(from, two.length - end) };
}
