extension HTMLReport {
  /// The page's style: light and dark by the reader's preference, one column on a phone.
  static let style = """
    :root { color-scheme: light dark; --paper: #fbfbf9; --ink: #1d2126; --soft: #626a73; --line: #dcdfe3; --card: #ffffff;
      --pass: #1a7f43; --fail: #c62828; --expected-deviation: #8a6100; --unexpected-pass: #b3400e; --not-run: #5f6b7a;
      --harness-error: #7b1fa2; --del: #fdecea; --ins: #e8f5ec; --mark-del: #f6b9b3; --mark-ins: #a9dcb9; }
    @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e8ea; --soft: #9aa4ae; --line: #30363d;
      --card: #1c2126; --pass: #56c47f; --fail: #ff8a80; --expected-deviation: #e0b145; --unexpected-pass: #ff9d66;
      --not-run: #9aa7b5; --harness-error: #d59bee; --del: #3a2223; --ins: #1d3326; --mark-del: #7d3431; --mark-ins: #2a6a43; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    header, main { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
    header { padding-top: 28px; }
    h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
    h2 { font-size: 19px; margin: 32px 0 8px; }
    h3 { font-size: 15px; margin: 20px 0 6px; color: var(--soft); }
    .mark { color: var(--soft); font-weight: 400; }
    .facts, .program, .reason { color: var(--soft); margin: 4px 0; }
    .verdict { font-size: 17px; font-weight: 600; margin: 6px 0 0; }
    code, pre, .id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
    code { background: color-mix(in srgb, var(--soft) 14%, transparent); border-radius: 3px; padding: 0 3px; overflow-wrap: anywhere; }
    .bar { display: flex; height: 8px; border-radius: 4px; overflow: hidden; margin: 12px 0; background: var(--line); }
    .bar i { display: block; min-width: 3px; background: currentColor; }
    .pass { color: var(--pass); } .fail { color: var(--fail); } .expected-deviation { color: var(--expected-deviation); }
    .unexpected-pass { color: var(--unexpected-pass); } .not-run { color: var(--not-run); }
    .harness-error { color: var(--harness-error); }
    .filters { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
    .tile, .field { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; cursor: pointer; }
    .tile:focus-within, .field:focus-within { outline: 2px solid var(--soft); }
    .field { cursor: default; color: var(--soft); }
    .tile b { font-size: 17px; }
    .field input, .field select { font: inherit; color: var(--ink); background: transparent; border: 0; max-width: 46vw; }
    .field select option { color: #000; background: #fff; }
    details { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 4px 0; padding: 0 12px; }
    details:target { outline: 2px solid var(--soft); }
    summary { display: flex; gap: 10px; align-items: baseline; padding: 7px 0; cursor: pointer; list-style: none; }
    summary::-webkit-details-marker { display: none; }
    .dot { flex: none; width: 10px; height: 10px; border-radius: 5px; background: currentColor; align-self: center; }
    .brief { color: var(--soft); flex: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; min-width: 0; }
    .id { flex: 1; min-width: 0; overflow-wrap: anywhere; }
    .cites { color: var(--soft); font-size: 12px; } .cites a { color: inherit; }
    .count { color: var(--soft); font-variant-numeric: tabular-nums; }
    .badge { font-size: 12px; white-space: nowrap; }
    .link { color: var(--soft); text-decoration: none; padding: 0 4px; }
    .text { padding: 4px 0 8px; overflow-wrap: anywhere; }
    .chips { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; }
    .chip { border: 1px solid currentColor; border-radius: 10px; padding: 0 8px; font-size: 12px; text-decoration: none; overflow-wrap: anywhere; }
    .difference { margin: 6px 0 12px; } .place { margin: 0 0 2px; font-weight: 600; overflow-wrap: anywhere; }
    pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    del, ins { display: block; text-decoration: none; padding: 2px 8px; border-radius: 4px; }
    del { background: var(--del); } ins { background: var(--ins); }
    mark { color: inherit; border-radius: 2px; } del mark { background: var(--mark-del); } ins mark { background: var(--mark-ins); }
    .problems { border-left: 4px solid var(--fail); padding-left: 12px; }
    #nothing { color: var(--soft); padding: 24px 0; }
    main { padding-bottom: 60px; }
    @media (max-width: 640px) { header, main { padding-left: 12px; padding-right: 12px; } .cites, .brief { display: none; }
      .clause summary b { flex: 1; } .field { width: 100%; } }
    """

  /// The page's filters, and opening what a link names.
  static let script = """
    'use strict';
    const cases = [...document.querySelectorAll('.case')];
    const clauses = [...document.querySelectorAll('.clause')];
    const boxes = [...document.querySelectorAll('[data-verdict][type=checkbox]')];
    const group = document.getElementById('group');
    const find = document.getElementById('find');
    const texts = cases.map(entry => entry.textContent.toLowerCase());
    function filter() {
      const verdicts = new Set(boxes.filter(box => box.checked).map(box => box.dataset.verdict));
      const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
      const shown = new Set();
      cases.forEach((entry, index) => {
        const visible = verdicts.has(entry.dataset.verdict) && (!group.value || entry.dataset.group === group.value)
          && words.every(word => texts[index].includes(word));
        entry.hidden = !visible;
        if (visible) shown.add(entry.dataset.index);
      });
      for (const section of document.querySelectorAll('.group')) {
        section.hidden = ![...section.querySelectorAll('.case')].some(entry => !entry.hidden);
      }
      for (const clause of clauses) clause.hidden = !clause.dataset.cases.split(' ').some(index => shown.has(index));
      for (const title of document.querySelectorAll('#clauses h3')) {
        let next = title.nextElementSibling, any = false;
        while (next && next.tagName !== 'H3') { any = any || !next.hidden; next = next.nextElementSibling; }
        title.hidden = !any;
      }
      document.getElementById('nothing').hidden = shown.size > 0;
    }
    function open() {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!target || target.tagName !== 'DETAILS') return;
      target.hidden = false;
      if (target.closest('.group')) target.closest('.group').hidden = false;
      target.open = true;
      target.scrollIntoView({ block: 'start' });
    }
    for (const control of [...boxes, group]) control.addEventListener('change', filter);
    find.addEventListener('input', filter);
    window.addEventListener('hashchange', open);
    open();
    """
}
