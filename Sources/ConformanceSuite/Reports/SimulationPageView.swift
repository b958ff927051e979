extension SimulationPage {
  /// The page's script, third part: filters, list, what is known of an event, links.
  static let viewScript = #"""
    // One run: its filters, its picture, its list, and what is known of the chosen event.
    function make(name, attributes = {}, ...children) {
      const element = document.createElement(name);
      for (const key in attributes) {
        if (key.startsWith('on')) element.addEventListener(key.slice(2), attributes[key]);
        else if (attributes[key] === true) element.setAttribute(key, '');
        else if (attributes[key] !== false && attributes[key] != null) element.setAttribute(key, attributes[key]);
      }
      element.append(...children.filter(child => child != null));
      return element;
    }

    class View {
      constructor(root, id, data) {
        this.id = id;
        this.root = root;
        this.run = readRun(data);
        this.selected = null;
        this.path = null;
        this.hiddenLanes = new Set();
        this.hiddenKinds = new Set();
        this.words = [];
        this.shown = this.run.items.map((_, index) => index);
        this.row = matchMedia('(max-width: 720px)').matches ? 50 : 28;
        this.diagram = new Diagram(this);
        this.build();
        new ResizeObserver(() => this.redraw()).observe(this.frame);
        this.filter();
      }

      build() {
        const { run, id } = this;
        const counts = KINDS.map((_, kind) => run.items.reduce((sum, item) => sum + (item.kind === kind), 0));
        const chips = (legend, names, kinds, hidden, dots) => make('fieldset', {}, make('legend', {}, legend), ...names.map((name, at) =>
          make('label', { class: 'choice' + (dots ? ' kind-' + KINDS[kinds[at]] : '') },
            make('input', {
              type: 'checkbox', checked: true,
              onchange: event => { hidden[event.target.checked ? 'delete' : 'add'](kinds[at]); this.filter(); },
            }), make('span', {}, dots ? make('i', {}) : null, name, dots ? make('b', {}, String(counts[kinds[at]])) : null))));
        const present = KINDS.map((_, kind) => kind).filter(kind => counts[kind] > 0);
        this.find = make('input', { type: 'search', placeholder: 'path, id, text', 'aria-label': 'Find', oninput: () => this.filter() });
        this.count = make('span', { class: 'shown', 'aria-live': 'polite' });
        const button = (words, name, act) => make('button', { type: 'button', 'aria-label': name, title: name, onclick: act }, words);
        this.mode = make('button', {
          type: 'button', 'aria-pressed': 'false', title: 'Draw all times alike, or pauses by the logarithm of their length',
          onclick: () => {
            const isTrue = !this.diagram.scale.isTrue;
            this.mode.setAttribute('aria-pressed', String(isTrue));
            this.diagram.setScale(isTrue);
            this.redraw();
          },
        }, 'true time');
        const bar = make('form', { class: 'tools', onsubmit: event => event.preventDefault() },
          chips('Nodes', run.lanes, run.lanes.map((_, lane) => lane), this.hiddenLanes, false),
          chips('Kinds', present.map(kind => KIND_NAMES[kind]), present, this.hiddenKinds, true),
          make('label', { class: 'field grows' }, 'Find ', this.find), this.count,
          make('span', { class: 'zooms' }, this.mode, button('−', 'Zoom out', () => this.diagram.zoom(1 / 0.6)),
            button('+', 'Zoom in', () => this.diagram.zoom(0.6)), button('all', 'Show all', () => this.diagram.fit())));
        this.hovered = make('p', { class: 'hovered' });
        this.pathBar = make('p', { class: 'path-bar', hidden: true });
        this.frame = make('div', { class: 'picture' }, this.diagram.map, this.diagram.svg, this.hovered);
        this.inner = make('div', { class: 'rows-inner', role: 'presentation' });
        this.list = make('div', {
          class: 'rows', tabindex: 0, role: 'listbox', 'aria-label': 'Events', onscroll: () => this.drawRows(),
          onkeydown: event => this.key(event),
        }, this.inner);
        this.detail = make('div', { class: 'detail', 'aria-live': 'polite' });
        this.nothing = make('p', { class: 'nothing', hidden: true }, 'Nothing matches the filters. ',
          make('button', { type: 'button', class: 'plain', onclick: () => this.reset() }, 'Show everything'));
        this.root.replaceChildren(bar, this.pathBar, this.frame,
          make('div', { class: 'below' }, make('div', { class: 'list-side' }, this.list, this.nothing), this.detail));
        this.bar = bar;
        this.explain();
      }

      // MARK: What is shown

      haystack(item) {
        if (item.hay == null) {
          item.hay = [item.text, item.target || '', item.name || '', item.request >= 0 ? this.run.requests[item.request] : '',
            this.nodes(item), ...item.pairs.flat()].join(' ').toLowerCase();
        }
        return item.hay;
      }

      filter() {
        this.words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean);
        const lanes = item => item.kind === EXCHANGE ? [item.from, item.to] : [item.lane];
        this.shown = [];
        this.run.items.forEach((item, index) => {
          if (this.hiddenKinds.has(item.kind)) return;
          if (this.hiddenLanes.size && lanes(item).every(lane => lane < 0 ? item.kind === EXCHANGE : this.hiddenLanes.has(lane))) return;
          if (this.words.length && !this.words.every(word => this.haystack(item).includes(word))) return;
          this.shown.push(index);
        });
        this.places = new Map(this.shown.map((index, place) => [index, place]));
        this.count.textContent = this.shown.length === this.run.items.length
          ? this.run.items.length + ' events' + (this.run.left ? ', ' + this.run.left + ' left out' : '') : this.shown.length + ' of ' + this.run.items.length;
        this.nothing.hidden = this.shown.length > 0;
        this.inner.style.height = this.shown.length * this.row + 'px';
        if (this.selected != null && this.places.has(this.selected)) this.scrollTo(this.selected);
        this.drawRows();
        this.redraw();
      }

      // Every event again.
      reset() {
        this.hiddenLanes.clear();
        this.hiddenKinds.clear();
        this.find.value = '';
        for (const box of this.bar.querySelectorAll('input[type=checkbox]')) box.checked = true;
        this.filter();
      }

      lights(item) { return this.path == null || (item != null && item.request === this.path); }

      redraw() {
        if (this.waits) return;
        this.waits = true;
        requestAnimationFrame(() => {
          this.waits = false;
          this.diagram.draw();
        });
      }

      nodes(item) {
        const name = lane => lane < 0 ? '?' : this.run.lanes[lane];
        if (item.kind === EXCHANGE) return name(item.from) + ' → ' + name(item.to);
        return item.lane >= 0 ? name(item.lane) : '';
      }

      // Only the rows that can be seen exist.
      drawRows() {
        const top = this.list.scrollTop, height = this.list.clientHeight || 400;
        const first = Math.max(0, Math.floor(top / this.row) - 6), last = Math.min(this.shown.length, Math.ceil((top + height) / this.row) + 6);
        const rows = [];
        for (let place = first; place < last; place++) rows.push(this.makeRow(this.shown[place], place));
        this.inner.replaceChildren(...rows);
        if (this.selected != null && this.places.has(this.selected)) this.list.setAttribute('aria-activedescendant', this.id + '-row');
        else this.list.removeAttribute('aria-activedescendant');
      }

      makeRow(index, place) {
        const item = this.run.items[index], isChosen = index === this.selected;
        const id = item.request >= 0 ? this.run.requests[item.request] : '';
        return make('div', {
          class: 'row kind-' + KINDS[item.kind] + ' s' + item.severity + (isChosen ? ' chosen' : '') + (this.lights(item) ? '' : ' dim'),
          style: 'top:' + place * this.row + 'px', role: 'option', id: isChosen ? this.id + '-row' : null,
          'aria-selected': String(isChosen), 'aria-setsize': this.shown.length, 'aria-posinset': place + 1,
          onclick: () => this.select(index, { fromList: true }),
        }, make('span', { class: 'at' }, '+' + seconds(item.t)), make('i', {}), make('span', { class: 'nodes' }, this.nodes(item)),
        make('span', { class: 'what' }, item.text), make('span', { class: 'took' }, item.end > item.t ? span(item.end - item.t) : ''),
        id ? make('button', {
          type: 'button', class: 'request' + (item.request === this.path ? ' lit' : ''), tabindex: -1, title: 'Light the path of request ' + id,
          onclick: event => { event.stopPropagation(); this.light(item.request === this.path ? null : item.request, index); },
        }, id.slice(0, 8)) : make('span', {}));
      }

      scrollTo(index) {
        const place = this.places.get(index), top = place * this.row, view = this.list.clientHeight;
        if (top < this.list.scrollTop + this.row) this.list.scrollTop = Math.max(0, top - this.row * 2);
        else if (top > this.list.scrollTop + view - this.row * 2) this.list.scrollTop = top - view + this.row * 3;
      }

      // MARK: Choosing

      select(index, { fromDiagram = false, fromList = false, quiet = false } = {}) {
        this.selected = index;
        if (!this.places.has(index)) this.reset();
        this.scrollTo(index);
        this.drawRows();
        this.explain();
        if (!fromDiagram) this.diagram.reveal(this.run.items[index]);
        this.redraw();
        if (!quiet) history.replaceState(null, '', '#' + this.id + '.e' + this.run.items[index].n);
      }

      move(by) {
        const here = this.selected == null || !this.places.has(this.selected) ? (by > 0 ? -1 : this.shown.length) : this.places.get(this.selected);
        let place = here;
        // On a lit path from one of its events to the next.
        do { place += by; } while (this.path != null && this.shown[place] != null && !this.lights(this.run.items[this.shown[place]]));
        if (this.shown[place] != null) this.select(this.shown[place]);
      }

      jump(place) { if (this.shown.length) this.select(this.shown[Math.max(0, Math.min(place, this.shown.length - 1))]); }

      key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const page = Math.max(1, Math.floor(this.list.clientHeight / this.row) - 1);
        const here = this.selected == null ? 0 : this.places.get(this.selected) ?? 0;
        const act = {
          ArrowDown: () => this.move(1), ArrowRight: () => this.move(1), ArrowUp: () => this.move(-1), ArrowLeft: () => this.move(-1),
          Home: () => this.jump(0), End: () => this.jump(this.shown.length - 1), PageDown: () => this.jump(here + page), PageUp: () => this.jump(here - page),
          Enter: () => {
            const item = this.run.items[this.selected];
            if (item && item.request >= 0) this.light(this.path === item.request ? null : item.request, this.selected);
          },
          Escape: () => this.light(null),
          z: () => { if (this.selected != null) this.diagram.zoomTo(this.run.items[this.selected]); },
        }[event.key];
        if (!act) return;
        event.preventDefault();
        act();
      }

      // A request's path on every node, everything else dimmed.
      light(request, index = null) {
        this.path = request;
        this.pathBar.hidden = request == null;
        if (request != null) {
          const members = this.run.items.filter(item => item.request === request);
          const lanes = new Set(members.flatMap(item => item.kind === EXCHANGE ? [item.from, item.to] : [item.lane]).filter(lane => lane >= 0));
          const first = members[0], last = members.reduce((most, item) => Math.max(most, item.end), 0);
          this.pathBar.replaceChildren('Request ', make('code', {}, this.run.requests[request]), ' — '
            + members.length + (members.length === 1 ? ' event on ' : ' events on ') + [...lanes].map(lane => this.run.lanes[lane]).join(', ')
            + ' in ' + span(last - first.t) + '. ',
          make('button', { type: 'button', class: 'plain', onclick: () => this.zoomToPath() }, 'Zoom to it'), ' ',
          make('button', { type: 'button', class: 'plain', onclick: () => this.light(null) }, 'Show all alike'));
        }
        if (index != null && index !== this.selected) this.select(index);
        else {
          this.drawRows();
          this.explain();
          this.redraw();
        }
      }

      zoomToPath() {
        const members = this.run.items.filter(item => item.request === this.path);
        this.diagram.zoomTo({ t: members[0].t, end: members.reduce((most, item) => Math.max(most, item.end), 0) });
      }

      hover(index) {
        if (index === this.under) return;
        this.under = index;
        const item = this.run.items[index];
        this.diagram.svg.classList.toggle('points', item != null);
        if (!item) {
          this.hovered.textContent = this.hint;
          return;
        }
        this.hovered.textContent = '+' + seconds(item.t, 6) + '  ' + this.nodes(item) + '  ' + item.text;
      }

      get hint() {
        return matchMedia('(pointer: coarse)').matches ? 'Drag to pan, pinch to zoom, tap an event.'
          : 'Drag pans. Ctrl + wheel, or + and −, zoom. ← → go from event to event, Enter lights the path of its request.';
      }

      // MARK: What is known of the chosen event

      explain() {
        if (!this.under) this.hovered.textContent = this.hint;
        const item = this.run.items[this.selected];
        if (!item) {
          this.detail.replaceChildren(make('p', { class: 'note detail-body' }, 'Choose an event in the picture or in the list.'));
          return;
        }
        const pairs = [];
        const add = (name, value, tone) => { if (value !== '' && value != null) pairs.push(make('dt', {}, name), make('dd', { class: tone || null }, String(value))); };
        if (item.kind === EXCHANGE) {
          add('outcome', item.outcome, item.severity ? 's' + item.severity : null);
          add('request', item.text.split(' ')[0] + ' ' + item.target);
          add('for', item.name);
          if (item.end > item.t) add('took', span(item.end - item.t));
          if (item.received != null && item.from >= 0) add('at the server', '+' + span(item.received - item.t) + (item.sent == null ? ', never answered' : ', answered after ' + span(item.sent - item.received)));
          if (item.received == null) add('at the server', 'never seen');
          if (item.number >= 0) add('exchange', item.number + (item.connection >= 0 ? ', connection ' + item.connection : ''));
        }
        for (const [name, value] of item.pairs) add(name, value);
        const band = item.kind === FAULT && item.band != null ? this.run.bands[item.band] : null;
        if (band) {
          add('on', band[1]);
          add('window', '+' + seconds(band[2]) + (band[3] < 0 ? ' to the end' : ' to +' + seconds(band[3])));
          add('with', band[5]);
          add('fired', band[6].length + ' times');
        }
        const id = item.request >= 0 ? this.run.requests[item.request] : '';
        const phases = item.kind === EXCHANGE && item.phases.length ? this.phases(item) : null;
        this.detail.replaceChildren(make('div', { class: 'detail-body' },
          make('p', { class: 'detail-head' }, make('b', {}, '+' + seconds(item.t, 6)), this.run.end > 7200e9 ? ' ' + ofDay(item.t) : '', ' ',
            make('span', { class: 'tag kind-' + KINDS[item.kind] }, make('i', {}), KINDS[item.kind]), ' ', this.nodes(item)),
          make('p', { class: 'detail-text s' + item.severity }, item.text), make('dl', {}, ...pairs), phases),
          make('div', { class: 'actions' },
            id ? make('button', { type: 'button', class: 'id' + (item.request === this.path ? ' lit' : ''), 'aria-pressed': String(item.request === this.path), title: 'Light its path on every node', onclick: () => this.light(item.request === this.path ? null : item.request) }, id) : null,
            make('button', { type: 'button', title: 'The event before', onclick: () => this.move(-1) }, '← before'),
            make('button', { type: 'button', title: 'The next event', onclick: () => this.move(1) }, 'next →'),
            make('button', { type: 'button', onclick: () => this.diagram.zoomTo(item) }, 'zoom'),
            make('a', { href: '#' + this.id + '.e' + item.n }, 'event ' + item.n)));
      }

      phases(item) {
        const all = Math.max(1, item.end - item.t);
        return make('ol', { class: 'phases', 'aria-label': 'Phases' }, ...item.phases.map(([name, after, bytes], at) => {
          const next = at + 1 < item.phases.length ? item.phases[at + 1][1] : item.end - item.t;
          return make('li', {}, make('span', {}, name), make('span', { class: 'track' },
            make('i', { style: 'margin-left:' + (after / all * 100).toFixed(2) + '%;width:' + Math.max(1, (next - after) / all * 100).toFixed(2) + '%' })),
          make('span', {}, span(next - after)), make('span', {}, bytes > 0 ? bytes + ' B' : ''));
        }));
      }

      // A page on paper cannot be scrolled: the events that are shown, as many as are bearable.
      print() {
        this.paper = make('ol', { class: 'paper' }, ...this.shown.slice(0, 1500).map(index => {
          const item = this.run.items[index];
          return make('li', {}, make('span', { class: 'at' }, '+' + seconds(item.t)), ' ', make('b', {}, this.nodes(item)), ' ' + item.text);
        }), this.shown.length > 1500 ? make('li', {}, 'and ' + (this.shown.length - 1500) + ' more') : null);
        this.root.append(this.paper);
      }
    }

    const views = new Map();

    function open(section) {
      const id = section.id;
      if (views.has(id)) return views.get(id);
      const data = JSON.parse(document.getElementById(id + '-data').textContent);
      const view = new View(section.querySelector('.timeline'), id, data);
      views.set(id, view);
      return view;
    }

    function follow() {
      const match = /^#(r\d+)(?:\.e(\d+))?$/.exec(location.hash);
      const section = match && document.getElementById(match[1]);
      if (!section) return;
      const box = section.querySelector('details.drawn');
      if (box) box.open = true;
      const view = open(section);
      if (!match[2]) return section.scrollIntoView();
      const number = Number(match[2]);
      let index = 0;
      view.run.items.forEach((item, at) => { if (item.n <= number) index = at; });
      view.select(index, { quiet: true });
      view.bar.scrollIntoView({ block: 'start' });
    }

    for (const box of document.querySelectorAll('details.drawn')) {
      const section = box.closest('section');
      if (box.open) open(section);
      box.addEventListener('toggle', () => { if (box.open) open(section); });
    }
    addEventListener('hashchange', follow);
    addEventListener('click', event => {
      const link = event.target.closest && event.target.closest('a[href^="#"]');
      // The same link again: no change of the address tells of it.
      if (link && link.hash === location.hash) follow();
      const copy = event.target.closest && event.target.closest('button[data-copy]');
      if (copy) {
        const text = document.getElementById(copy.dataset.copy).textContent;
        const done = () => { copy.textContent = 'copied'; setTimeout(() => { copy.textContent = 'copy'; }, 1500); };
        if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => {});
      }
    });
    addEventListener('keydown', event => {
      if (event.key !== '/' || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
      const view = [...views.values()].find(one => one.root.offsetParent);
      if (view) { event.preventDefault(); view.find.focus(); }
    });
    addEventListener('beforeprint', () => { for (const view of views.values()) view.print(); });
    addEventListener('afterprint', () => { for (const view of views.values()) if (view.paper) view.paper.remove(); });
    follow();
    document.documentElement.dataset.script = 'ran';
    """#
}
