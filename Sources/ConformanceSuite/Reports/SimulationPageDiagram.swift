extension SimulationPage {
  /// The page's script, second part: the picture, with zoom and pan.
  static let diagramScript = #"""
    // The picture: lanes from top to bottom, time from left to right.
    const SVG = 'http://www.w3.org/2000/svg';

    function shape(name, attributes, text) {
      const element = document.createElementNS(SVG, name);
      for (const key in attributes) element.setAttribute(key, attributes[key]);
      if (text != null) element.textContent = text;
      return element;
    }

    function clipped(text, width, each = 6.6) {
      const room = Math.floor(width / each);
      return text.length <= room ? text : room > 2 ? text.slice(0, room - 1) + '…' : '';
    }

    class Diagram {
      constructor(view) {
        this.view = view;
        this.run = view.run;
        this.id = view.id;
        this.svg = shape('svg', {
          class: 'diagram', tabindex: 0, role: 'application', 'aria-roledescription': 'timeline',
          'aria-label': 'Timeline. Left and right arrows move between events, plus and minus zoom, shift with arrows pans, 0 shows all.',
        });
        this.map = shape('svg', { class: 'minimap', 'aria-hidden': 'true' });
        this.setScale(false);
        this.listen();
      }

      setScale(isTrue) {
        const centre = this.scale && this.scale.time((this.low + this.high) / 2);
        this.scale = new Scale(this.run, isTrue);
        this.low = this.scale.low;
        this.high = this.scale.high;
        for (const item of this.run.items) {
          item.place = this.scale.place(item.t);
          item.endPlace = item.end === item.t ? item.place : this.scale.place(item.end);
          if (item.kind === EXCHANGE) {
            item.receivedPlace = item.received == null ? null : this.scale.place(item.received);
            item.sentPlace = item.sent == null ? null : this.scale.place(item.sent);
          }
        }
        this.pauses = [];
        const { times, places } = this.scale;
        for (let i = 1; !isTrue && i < times.length; i++) {
          if (times[i] - times[i - 1] >= 1e8) this.pauses.push([places[i - 1], places[i], span(times[i] - times[i - 1])]);
        }
        this.mapOf = null;
        this.packBands();
        if (centre != null && this.view.selected != null) this.reveal(this.run.items[this.view.selected]);
      }

      // Each fault band in the first row in which it overlaps nothing.
      packBands() {
        const ends = [];
        this.bandRows = this.run.bands.map(band => {
          const from = this.scale.place(Math.min(band[2], this.run.end));
          const until = this.scale.place(band[3] < 0 ? this.run.end : Math.min(band[3], this.run.end));
          const least = (this.scale.high - this.scale.low) * 0.14;
          let row = ends.findIndex(end => end <= from);
          if (row < 0) row = ends.push(0) - 1;
          ends[row] = Math.max(until, from + least);
          return row;
        });
        this.rowCount = ends.length;
      }

      layOut() {
        const width = Math.max(280, this.svg.parentElement.clientWidth);
        const isNarrow = width < 600, lanes = this.run.lanes.length;
        this.width = width;
        const longest = Math.max(0, ...this.run.lanes.map(name => name.length));
        this.left = Math.min(isNarrow ? 74 : 140, 28 + longest * 7.4);
        this.right = width - 10;
        this.hasSteps = this.run.items.some(item => item.kind === STEP);
        this.bandHeight = this.rowCount > 8 ? 13 : 19;
        this.bandTop = 26 + (this.hasSteps ? 17 : 0);
        this.laneTop = this.bandTop + this.rowCount * this.bandHeight + (this.rowCount ? 10 : 4);
        this.pitch = lanes > 14 ? 30 : lanes > 7 ? 42 : lanes > 4 ? 52 : lanes > 3 ? 60 : 68;
        this.height = this.laneTop + lanes * this.pitch + 4;
        for (const [element, height] of [[this.svg, this.height], [this.map, 34]]) {
          element.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
          element.style.aspectRatio = width + ' / ' + height;
        }
      }

      x(time) { return this.xOf(this.scale.place(time)); }
      xOf(place) { return this.left + (place - this.low) / (this.high - this.low) * (this.right - this.left); }
      placeAt(x) { return this.low + (x - this.left) / (this.right - this.left) * (this.high - this.low); }
      y(lane) { return this.laneTop + (lane + 0.5) * this.pitch; }

      draw() {
        this.layOut();
        this.hits = [];
        const defs = shape('defs', {}), clip = shape('clipPath', { id: this.id + '-clip' });
        clip.append(shape('rect', { x: this.left - 4, y: 0, width: this.right - this.left + 8, height: this.height }));
        defs.append(clip);
        const inside = shape('g', { 'clip-path': 'url(#' + this.id + '-clip)' });
        this.drawGround(inside);
        this.drawBands(inside);
        this.drawItems(inside);
        const outside = shape('g', {});
        this.run.lanes.forEach((name, lane) => {
          outside.append(shape('text', { class: 'lane-name', x: 10, y: this.y(lane) + 4 }, clipped(name, this.left - 20, 7)));
        });
        if (this.rowCount) outside.append(shape('text', { class: 'axis-name', x: 10, y: this.bandTop + 13 }, 'faults'));
        if (this.hasSteps) outside.append(shape('text', { class: 'axis-name', x: 10, y: 38 }, 'steps'));
        this.svg.replaceChildren(defs, inside, outside);
        this.drawMap();
      }

      drawGround(group) {
        const { run } = this;
        const bottom = this.height - 4;
        // Pauses that the scale has shortened.
        for (const [from, until, words] of this.pauses) {
          if (until < this.low || from > this.high) continue;
          const x0 = this.xOf(from), x1 = this.xOf(until);
          if (x1 - x0 < 3) continue;
          group.append(shape('rect', { class: 'pause', x: x0, y: this.laneTop, width: x1 - x0, height: bottom - this.laneTop }));
          if (x1 - x0 > words.length * 5.6 + 8) {
            group.append(shape('text', { class: 'pause-words', x: (x0 + x1) / 2, y: bottom - 4 }, words));
          }
        }
        let ticks = '';
        for (const [x, words] of this.ticks()) {
          ticks += 'M' + x.toFixed(1) + ' 20V' + bottom;
          group.append(shape('text', { class: 'tick', x: x + 3, y: 14 }, words));
        }
        group.append(shape('path', { class: 'grid', d: ticks }));
        // Lanes: a thin line, and a bar where a process lives.
        const withLife = new Set(run.lives.map(life => life[0]));
        run.lanes.forEach((_, lane) => {
          group.append(shape('path', {
            class: withLife.has(lane) ? 'lane gone' : 'lane', d: 'M' + this.left + ' ' + this.y(lane) + 'H' + this.right,
          }));
        });
        for (const [lane, from, until, , ending, pauses] of run.lives) {
          const x0 = Math.max(this.left - 4, this.x(from)), x1 = Math.min(this.right + 4, until < 0 ? this.right + 4 : this.x(until));
          if (x1 < x0) continue;
          group.append(shape('rect', { class: 'life', x: x0, y: this.y(lane) - 5, width: Math.max(1, x1 - x0), height: 10, rx: 3 }));
          for (const [start, end] of pauses) {
            const p0 = this.x(start), p1 = end < 0 ? this.right : this.x(end);
            if (p1 < this.left || p0 > this.right) continue;
            group.append(shape('rect', { class: 'paused', x: p0, y: this.y(lane) - 7, width: Math.max(2, p1 - p0), height: 14, rx: 3 }));
            if (p1 - p0 > 50) group.append(shape('text', { class: 'pause-words', x: (p0 + p1) / 2, y: this.y(lane) + 4 }, 'paused'));
          }
          if (until >= 0 && ending) {
            const x = this.x(until), y = this.y(lane);
            group.append(shape('path', { class: 'death', d: 'M' + x + ' ' + (y - 8) + 'v16m-4 -4l8 -8m-8 0l8 8' }));
          }
        }
      }

      ticks() {
        const result = [], wide = this.right - this.left, day = this.run.end > 2 * 3600e9;
        const label = (time, step) => day && step >= 1e9 ? ofDay(time) : '+' + seconds(time, step >= 1e9 ? 0 : step >= 1e6 ? 3 : 6);
        if (this.scale.isTrue) {
          const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap(n => [n * 1e3, n * 1e6]).sort((a, b) => a - b)
            .concat([1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400, 604800].map(s => s * 1e9));
          const fit = (this.high - this.low) / (wide / 110), step = steps.find(one => one >= fit) || 2592000e9;
          for (let t = Math.max(0, Math.ceil(this.low / step) * step); t <= this.high && result.length < 60; t += step) {
            result.push([this.xOf(t), label(t, step)]);
          }
          return result;
        }
        for (let x = this.left - 1; x < this.right - 30; x += 112) {
          const at = this.scale.indexAt(this.placeAt(x));
          if (at >= this.scale.times.length) break;
          x = this.xOf(this.scale.places[at]);
          if (x > this.right - 30) break;
          const time = this.scale.times[at];
          result.push([x, time === 0 ? '0' : day ? ofDay(time) + '.' + seconds(time).slice(-3) : '+' + seconds(time)]);
        }
        return result;
      }

      drawBands(group) {
        this.run.bands.forEach((band, index) => {
          const [label, place, from, until, lanes, , firings] = band;
          const x0 = Math.max(this.left - 4, this.x(Math.min(from, this.run.end)));
          const x1 = Math.min(this.right + 4, until < 0 ? this.right + 4 : this.x(Math.min(until, this.run.end)));
          if (x1 < this.left - 4 || x0 > this.right + 4) return;
          const y = this.bandTop + this.bandRows[index] * this.bandHeight, width = Math.max(3, x1 - x0);
          const isLit = this.view.path == null || firings.some(number => this.view.lights(this.run.byNumber.get(number)));
          for (const lane of lanes) {
            group.append(shape('rect', { class: 'shade', x: x0, y: this.y(lane) - this.pitch / 2, width, height: this.pitch }));
          }
          group.append(shape('rect', { class: 'band' + (firings.length ? '' : ' idle') + (isLit ? '' : ' dim'), x: x0, y: y + 1, width, height: this.bandHeight - 3, rx: 3 }));
          const words = label.replace('FLT-', '') + ' ' + place + (firings.length ? ' ×' + firings.length : ' never fired');
          // Past its end too, where nothing follows in the row.
          const next = this.run.bands.reduce((least, other, at) => at !== index && this.bandRows[at] === this.bandRows[index]
            && this.x(other[2]) > x0 ? Math.min(least, this.x(other[2])) : least, this.right);
          if (this.bandHeight > 14) {
            group.append(shape('text', { class: 'band-words', x: x0 + 5, y: y + this.bandHeight - 6 }, clipped(words, next - x0 - 6, 6.3)));
          }
        });
      }

      drawItems(group) {
        const paths = new Map(), dots = new Map(), labels = [], taken = new Set();
        const put = (map, key, text) => map.set(key, (map.get(key) || '') + text);
        const n = value => value.toFixed(1);
        const route = [];
        const lastLabel = new Map();
        // Where exchanges lie closer than they can be told apart, one stroke stands for many, stronger the more there are.
        const least = this.placeAt(this.left - 4), most = this.placeAt(this.right + 4);
        const within = this.view.shown.filter(index => {
          const item = this.run.items[index];
          return item.endPlace >= least && item.place <= most;
        });
        const isDense = within.reduce((sum, index) => sum + (this.run.items[index].kind === EXCHANGE), 0) > (this.right - this.left) / 4;
        const stepCount = within.reduce((sum, index) => sum + (this.run.items[index].kind === STEP), 0);
        const grain = isDense ? 3 : 1, crowd = new Map();
        for (const index of within) {
          const item = this.run.items[index];
          const x = this.xOf(item.place), x2 = this.xOf(item.endPlace);
          const isLit = this.view.lights(item), dim = isLit ? '' : ' dim';
          if (item.kind === EXCHANGE && item.from >= 0 && item.from !== item.to) {
            const ya = this.y(item.from), yb = this.y(item.to), way = Math.sign(yb - ya);
            const cell = item.from + ',' + item.to + ',' + item.severity + ',' + Math.round(x) + ',' + Math.round(x2) + dim;
            this.hits.push({ index, x0: x, y0: ya, x1: item.received == null ? x2 : this.xOf(item.receivedPlace), y1: yb });
            if (isLit && this.view.path != null) route.push([x, ya], [item.received == null ? x : this.xOf(item.receivedPlace), yb],
              [item.sent == null ? x2 : this.xOf(item.sentPlace), yb], [x2, ya]);
            if (isDense && !item.severity && this.view.path == null && x2 - x < 12) {
              const slot = Math.min(item.from, item.to) + ',' + Math.max(item.from, item.to) + ',' + Math.round(x / grain) * grain;
              crowd.set(slot, (crowd.get(slot) || 0) + 1);
              continue;
            }
            if (!taken.has(cell)) {
              taken.add(cell);
              const tone = ' s' + item.severity + dim;
              const xr = item.received == null ? null : this.xOf(item.receivedPlace);
              if (xr == null) {
                // It did not get there, as far as the server knows.
                const stop = ya + (yb - ya) * 0.55, xs = Math.min(x2, x + 40);
                put(paths, 'arrow' + tone, 'M' + n(x) + ' ' + n(ya) + 'L' + n(xs) + ' ' + n(stop));
                put(paths, 'cross' + tone, 'M' + n(xs - 4) + ' ' + n(stop - 4) + 'l8 8m0 -8l-8 8');
              } else {
                put(paths, 'arrow' + tone, 'M' + n(x) + ' ' + n(ya) + 'L' + n(xr) + ' ' + n(yb - way * 6));
                put(paths, 'tip' + tone, this.tip(x, ya, xr, yb - way * 5));
                const xs = item.sent == null ? x2 : this.xOf(item.sentPlace);
                put(paths, 'serving' + tone, 'M' + n(xr) + ' ' + n(yb) + 'H' + n(Math.max(xs, xr + 1)));
                if (item.severity < 3) {
                  put(paths, 'answer' + tone, 'M' + n(xs) + ' ' + n(yb - way * 5) + 'L' + n(x2) + ' ' + n(ya + way * 6));
                  put(paths, 'tip' + tone, this.tip(xs, yb, x2, ya + way * 5));
                } else {
                  const stop = yb + (ya - yb) * 0.5, xe = (xs + x2) / 2;
                  put(paths, 'answer' + tone, 'M' + n(xs) + ' ' + n(yb - way * 5) + 'L' + n(xe) + ' ' + n(stop));
                  put(paths, 'cross' + tone, 'M' + n(xe - 4) + ' ' + n(stop - 4) + 'l8 8m0 -8l-8 8');
                }
              }
            }
            // A name where there is room for one.
            const lane = Math.min(item.from, item.to), words = item.name + (item.severity ? ' ' + item.outcome : '');
            const at = Math.max(x, this.left) + 5, y = this.y(lane) + this.pitch * (item.from < item.to ? 0.3 : 0.55);
            const key = lane + (item.from < item.to ? 'd' : 'u');
            const long = Math.min(words.length, 26) * 6.1;
            if (this.pitch > 40 && isLit && !(isDense && this.view.path == null) && at + long < this.right && at > (lastLabel.get(key) ?? -1)) {
              labels.push(shape('text', { class: 'label s' + item.severity, x: at, y }, words.length > 26 ? words.slice(0, 25) + '…' : words));
              lastLabel.set(key, at + long + 14);
            }
            continue;
          }
          const y = item.lane >= 0 ? this.y(item.lane) : this.laneTop;
          const offset = [0, 12, -12, 0, 0, 0, 0, 0][item.kind];
          if (item.kind === STEP) {
            // That one ends says little to the eye.
            const isEnd = item.text.endsWith(' ends');
            put(paths, 'step' + dim, 'M' + n(x) + ' 30V' + (isDense || isEnd || stepCount > 60 ? 41 : this.height - 4));
            if (isEnd) {
              this.hits.push({ index, x0: x, y0: 30, x1: x, y1: 42 });
              continue;
            }
            const words = item.text.replace(/ begins$/, ''), long = Math.min(words.length, 22) * 6.1;
            if (!isDense && x > (lastLabel.get('step') ?? -1)) {
              labels.push(shape('text', { class: 'step-words', x: x + 3, y: 38 }, words.length > 22 ? words.slice(0, 21) + '…' : words));
              lastLabel.set('step', x + long + 10);
            }
            this.hits.push({ index, x0: x, y0: 30, x1: x, y1: 42 });
            continue;
          }
          if (item.kind === VIOLATION) {
            put(paths, 'violation', 'M' + n(x) + ' 22V' + (this.height - 4));
            labels.push(shape('text', { class: 'violation-words', x: x > this.right - 90 ? x - 4 : x + 4, y: this.height - 8, 'text-anchor': x > this.right - 90 ? 'end' : 'start' }, item.more[0] ? item.more[0][1] : ''));
            this.hits.push({ index, x0: x, y0: 22, x1: x, y1: this.height - 4 });
            continue;
          }
          this.hits.push({ index, x0: x, y0: y + offset, x1: item.kind === DISK ? x2 : x, y1: y + offset });
          if (isLit && this.view.path != null) route.push([x, y + offset]);
          const cell = item.kind + ',' + item.lane + ',' + item.severity + ',' + Math.round(x / grain / 1.4) + dim;
          if (taken.has(cell)) continue;
          taken.add(cell);
          if (item.kind === DISK) {
            put(paths, 'disk s' + item.severity + dim, 'M' + n(x) + ' ' + n(y + offset) + 'H' + n(Math.max(x2, x + 4)));
          } else if (item.kind === LOG) {
            put(paths, 'log s' + item.severity + dim, 'M' + n(x) + ' ' + n(y + offset) + 'h0.01');
          } else if (item.kind === FAULT) {
            if (item.band != null) {
              const top = this.bandTop + this.bandRows[item.band] * this.bandHeight + this.bandHeight / 2 - 1;
              put(paths, 'firing' + dim, 'M' + n(x) + ' ' + n(top - 5) + 'v10');
              this.hits.push({ index, x0: x, y0: top - 5, x1: x, y1: top + 5 });
            }
            if (item.severity) put(paths, 'spark' + dim, 'M' + n(x) + ' ' + n(y - 7) + 'l5 7l-5 7l-5 -7z');
          } else {
            put(paths, (item.kind === CLOCK ? 'clock' : 'change') + dim, 'M' + n(x) + ' ' + n(y - 8) + 'v16');
          }
        }
        for (const [slot, count] of crowd) {
          const [a, b, x] = slot.split(',').map(Number);
          put(paths, 'crowd c' + Math.min(4, Math.floor(Math.log2(count)) + 1), 'M' + x + ' ' + this.y(a) + 'V' + this.y(b));
        }
        // What went wrong is drawn last.
        const isGrave = name => Number(name.includes(' s3') || name === 'violation' || name.startsWith('spark'));
        for (const [name, d] of [...paths].sort(([a], [b]) => isGrave(a) - isGrave(b))) group.append(shape('path', { class: name, d }));
        if (route.length > 1) {
          group.prepend(shape('path', { class: 'route', d: 'M' + route.map(([x, y]) => n(x) + ' ' + n(y)).join('L') }));
        }
        group.append(...labels);
        this.drawSelected(group);
      }

      // A triangle at the end of an arrow.
      tip(x0, y0, x1, y1) {
        const long = Math.hypot(x1 - x0, y1 - y0) || 1, dx = (x1 - x0) / long, dy = (y1 - y0) / long;
        const n = value => value.toFixed(1);
        return 'M' + n(x1) + ' ' + n(y1) + 'L' + n(x1 - dx * 7 - dy * 3) + ' ' + n(y1 - dy * 7 + dx * 3) + 'L'
          + n(x1 - dx * 7 + dy * 3) + ' ' + n(y1 - dy * 7 - dx * 3) + 'z';
      }

      drawSelected(group) {
        const item = this.run.items[this.view.selected];
        if (!item) return;
        const x = this.xOf(item.place), x2 = this.xOf(item.endPlace);
        if (item.kind === EXCHANGE && item.from >= 0) {
          const top = Math.min(this.y(item.from), this.y(item.to)) - 9, bottom = Math.max(this.y(item.from), this.y(item.to)) + 9;
          group.append(shape('rect', { class: 'halo', x: x - 7, y: top, width: Math.max(14, x2 - x + 14), height: bottom - top, rx: 7 }));
        } else if (item.lane >= 0) {
          const y = this.y(item.lane) + [0, 12, -12, 0, 0, 0, 0, 0][item.kind];
          group.append(shape('rect', { class: 'halo', x: x - 9, y: y - 11, width: Math.max(18, x2 - x + 18), height: 22, rx: 8 }));
        } else {
          group.append(shape('path', { class: 'halo', d: 'M' + x + ' 22V' + (this.height - 4) }));
        }
      }

      // How much happens when, and which part is shown.
      drawMap() {
        const left = this.left, wide = this.right - left, all = this.scale.high - this.scale.low;
        const at = place => left + (place - this.scale.low) / all * wide;
        // Counted anew only when something else is shown.
        if (!this.mapOf || this.mapOf.shown !== this.view.shown || this.mapOf.wide !== wide) {
          const slots = new Float64Array(Math.ceil(wide / 3)), bad = new Set();
          for (const index of this.view.shown) {
            const item = this.run.items[index];
            const slot = Math.min(slots.length - 1, Math.max(0, Math.floor((at(item.place) - left) / 3)));
            slots[slot] += 1;
            if (item.severity === 3) bad.add(slot);
          }
          const most = Math.max(1, ...slots);
          let bars = '', marks = '';
          slots.forEach((count, slot) => {
            if (count === 0) return;
            const bar = 'M' + (left + slot * 3).toFixed(0) + ' 29v-' + (3 + 21 * Math.log1p(count) / Math.log1p(most)).toFixed(1);
            bars += bar;
            if (bad.has(slot)) marks += bar;
          });
          this.mapOf = { shown: this.view.shown, wide, bars, marks };
        }
        const { bars, marks } = this.mapOf;
        const x0 = at(this.low), x1 = at(this.high);
        this.map.replaceChildren(
          shape('rect', { class: 'map-ground', x: left - 4, y: 3, width: wide + 8, height: 28, rx: 5 }),
          shape('path', { class: 'map-bars', d: bars }), shape('path', { class: 'map-bad', d: marks }),
          shape('rect', { class: 'map-window', x: Math.max(left - 4, x0), y: 2, width: Math.max(6, Math.min(x1, this.right + 4) - Math.max(left - 4, x0)), height: 30, rx: 5 }),
          shape('text', { class: 'axis-name', x: 10, y: 21 }, 'all'));
      }

      // MARK: Zoom and pan

      zoom(factor, x = (this.left + this.right) / 2) {
        const fixed = this.placeAt(Math.max(this.left, Math.min(this.right, x)));
        const size = Math.max(this.scale.least, Math.min((this.high - this.low) * factor, this.scale.high - this.scale.low));
        const share = (fixed - this.low) / (this.high - this.low);
        this.show(fixed - share * size, fixed + (1 - share) * size);
      }

      pan(pixels) {
        const delta = pixels / (this.right - this.left) * (this.high - this.low);
        this.show(this.low + delta, this.high + delta);
      }

      show(low, high) {
        const size = Math.min(high - low, this.scale.high - this.scale.low);
        this.low = Math.max(this.scale.low, Math.min(low, this.scale.high - size));
        this.high = this.low + size;
        this.view.redraw();
      }

      fit() { this.show(this.scale.low, this.scale.high); }

      zoomTo(item) {
        const from = this.scale.place(item.t), until = this.scale.place(item.end);
        const size = Math.max(this.scale.least, (until - from) * 1.6, this.scale.isTrue ? 20e6 : 24);
        this.show((from + until) / 2 - size / 2, (from + until) / 2 + size / 2);
      }

      reveal(item) {
        const from = this.scale.place(item.t), until = this.scale.place(item.end), size = this.high - this.low;
        if (from >= this.low + size * 0.02 && Math.min(until, from + size * 0.5) <= this.high - size * 0.02) return;
        this.show(from - size * 0.35, from + size * 0.65);
      }

      nearest(event) {
        const box = this.svg.getBoundingClientRect(), factor = this.width / box.width;
        const x = (event.clientX - box.left) * factor, y = (event.clientY - box.top) * factor;
        let best = null, least = event.pointerType === 'touch' ? 22 : 11;
        for (const hit of this.hits) {
          const dx = hit.x1 - hit.x0, dy = hit.y1 - hit.y0, long = dx * dx + dy * dy;
          const share = long ? Math.max(0, Math.min(1, ((x - hit.x0) * dx + (y - hit.y0) * dy) / long)) : 0;
          const far = Math.hypot(x - hit.x0 - share * dx, y - hit.y0 - share * dy);
          if (far < least) { least = far; best = hit.index; }
        }
        return best;
      }

      listen() {
        const { svg, map } = this, pointers = new Map();
        let moved = 0, gap = 0;
        const scaled = event => {
          const box = svg.getBoundingClientRect();
          return (event.clientX - box.left) * this.width / box.width;
        };
        svg.addEventListener('pointerdown', event => {
          pointers.set(event.pointerId, scaled(event));
          moved = 0;
          gap = 0;
        });
        svg.addEventListener('pointermove', event => {
          if (!pointers.has(event.pointerId)) {
            this.view.hover(this.nearest(event));
            return;
          }
          const x = scaled(event), before = pointers.get(event.pointerId);
          pointers.set(event.pointerId, x);
          if (pointers.size === 2) {
            const [a, b] = [...pointers.values()], wide = Math.max(12, Math.abs(a - b));
            if (gap) this.zoom(gap / wide, (a + b) / 2);
            gap = wide;
            moved = 9;
            return;
          }
          moved += Math.abs(x - before);
          if (moved > 4) {
            if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
            svg.classList.add('drags');
            this.pan(before - x);
          }
        });
        const lift = event => {
          if (pointers.delete(event.pointerId) && moved <= 4 && event.type === 'pointerup') {
            const index = this.nearest(event);
            if (index != null) this.view.select(index, { fromDiagram: true });
          }
          if (!pointers.size) svg.classList.remove('drags');
          gap = 0;
        };
        svg.addEventListener('pointerup', lift);
        svg.addEventListener('pointercancel', lift);
        svg.addEventListener('pointerleave', () => this.view.hover(null));
        svg.addEventListener('dblclick', event => this.zoom(0.4, scaled(event)));
        svg.addEventListener('wheel', event => {
          const turns = event.deltaMode === 1 ? 16 : 1;
          if (event.ctrlKey || event.metaKey || (document.activeElement === svg && !event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX))) {
            event.preventDefault();
            this.zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY * turns)) * 0.004), scaled(event));
          } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            event.preventDefault();
            this.pan((event.shiftKey ? event.deltaY || event.deltaX : event.deltaX) * turns);
          }
        }, { passive: false });
        svg.addEventListener('keydown', event => {
          const key = event.key;
          const act = key === '+' || key === '=' ? () => this.zoom(0.6) : key === '-' || key === '_' ? () => this.zoom(1 / 0.6)
            : key === '0' ? () => this.fit() : event.shiftKey && key === 'ArrowLeft' ? () => this.pan(-160)
            : event.shiftKey && key === 'ArrowRight' ? () => this.pan(160) : null;
          if (act) {
            event.preventDefault();
            act();
          } else this.view.key(event);
        });
        const jump = event => {
          const box = map.getBoundingClientRect(), x = (event.clientX - box.left) * this.width / box.width;
          const size = this.high - this.low, all = this.scale.high - this.scale.low;
          const centre = this.scale.low + (x - this.left) / (this.right - this.left) * all;
          this.show(centre - size / 2, centre + size / 2);
        };
        map.addEventListener('pointerdown', event => {
          map.setPointerCapture(event.pointerId);
          jump(event);
        });
        map.addEventListener('pointermove', event => { if (map.hasPointerCapture(event.pointerId)) jump(event); });
      }
    }
    """#
}
