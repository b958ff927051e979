extension HTMLReport {
  /// The page's filters, opening what a link names, and opening what a printed page has to show. Without it the page is whole.
  static let script = """
    'use strict';
    (() => {
      const all = (selector, root = document) => [...root.querySelectorAll(selector)];
      const one = selector => document.querySelector(selector);
      const cases = all('.case'), clauses = all('.clause');
      const boxes = all('.choice input'), group = one('.by-group'), find = one('.by-text');
      const texts = cases.map(entry => entry.textContent.toLowerCase());
      const clauseTexts = clauses.map(entry => (entry.id + ' ' + entry.querySelector('.text').textContent).toLowerCase());

      function filter() {
        const verdicts = new Set(boxes.filter(box => box.checked).map(box => box.value));
        const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
        const holds = text => words.every(word => text.includes(word));
        const isFiltered = words.length > 0 || group.value !== '' || verdicts.size < boxes.length;
        // What the clauses would show if only words counted, and what is shown.
        const shown = new Set(), reachable = new Set();
        cases.forEach((entry, index) => {
          const matches = verdicts.has(entry.dataset.verdict) && (!group.value || entry.dataset.group === group.value);
          if (matches) reachable.add(entry.dataset.index);
          entry.hidden = !(matches && holds(texts[index]));
          if (!entry.hidden) shown.add(entry.dataset.index);
        });
        clauses.forEach((clause, index) => {
          const isMeant = words.length > 0 && holds(clauseTexts[index]);
          let count = 0;
          for (const row of all('[data-index]', clause)) {
            row.hidden = !(shown.has(row.dataset.index) || (isMeant && reachable.has(row.dataset.index)));
            if (!row.hidden) count += 1;
          }
          clause.hidden = isFiltered && count === 0 && !(isMeant && clause.classList.contains('uncited'));
        });
        for (const part of all('.group')) part.hidden = !part.querySelector('.case:not([hidden])');
        for (const part of all('.chapter')) part.hidden = !part.querySelector('.clause:not([hidden])');
        one('.shown').textContent = shown.size + ' of ' + cases.length;
        one('.nothing').hidden = shown.size > 0 || clauses.some(clause => !clause.hidden);
      }

      function reset() {
        for (const box of boxes) box.checked = true;
        group.value = '';
        find.value = '';
        filter();
      }

      function open() {
        let name = location.hash.slice(1);
        try { name = decodeURIComponent(name); } catch { return; }
        const target = name && document.getElementById(name);
        if (!target || target.tagName !== 'DETAILS') return;
        // A link leads to its case whatever the filters say.
        if (target.hidden || target.closest('[hidden]')) reset();
        target.open = true;
        target.scrollIntoView({ block: 'start' });
      }

      for (const control of [...boxes, group]) control.addEventListener('change', filter);
      find.addEventListener('input', filter);
      one('.filters').addEventListener('submit', event => event.preventDefault());
      one('.reset').addEventListener('click', reset);
      addEventListener('hashchange', open);
      addEventListener('click', event => {
        const link = event.target.closest && event.target.closest('a[href^="#"]');
        // The same link again: no change of the address tells of it.
        if (link && link.hash === location.hash) open();
      });
      addEventListener('keydown', event => {
        if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
          event.preventDefault();
          find.focus();
        } else if (event.key === 'Escape' && document.activeElement === find) {
          find.value = '';
          filter();
        }
      });
      let printed = [];
      addEventListener('beforeprint', () => {
        printed = all('.case:not([open])').filter(entry => entry.dataset.verdict !== 'pass' && !entry.hidden);
        for (const entry of printed) entry.open = true;
      });
      addEventListener('afterprint', () => { for (const entry of printed) entry.open = false; });
      document.documentElement.dataset.script = 'ran';
      filter();
      open();
    })();
    """
}
