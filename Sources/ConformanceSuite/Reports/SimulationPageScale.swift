extension SimulationPage {
  /// The page's script, first part: what it is given, and how time becomes a place.
  static let scaleScript = #"""
    // What the page is given, and how time becomes a place.
    const KINDS = ['exchange', 'disk', 'log', 'process', 'clock', 'fault', 'step', 'violation'];
    const KIND_NAMES = ['exchanges', 'disk', 'log', 'process', 'clock', 'faults', 'steps', 'violations'];
    const EXCHANGE = 0, DISK = 1, LOG = 2, PROCESS = 3, CLOCK = 4, FAULT = 5, STEP = 6, VIOLATION = 7;

    function seconds(ns, places = 3) {
      const sign = ns < 0 ? '-' : '', size = Math.abs(ns), whole = Math.floor(size / 1e9);
      const rest = String(Math.floor(size % 1e9)).padStart(9, '0').slice(0, places);
      return sign + whole + (places ? '.' + rest : '');
    }

    function ofDay(ns) {
      const all = Math.floor(ns / 1e9), two = n => String(n).padStart(2, '0');
      return two(Math.floor(all / 3600)) + ':' + two(Math.floor(all / 60) % 60) + ':' + two(all % 60);
    }

    function span(ns) {
      const tenth = (unit, name) => String(Math.round(ns / unit * 10) / 10) + ' ' + name;
      if (ns === 0) return '0 s';
      if (ns < 1e6) return tenth(1e3, 'µs');
      if (ns < 1e9) return tenth(1e6, 'ms');
      if (ns < 120e9) return tenth(1e9, 's');
      const s = Math.floor(ns / 1e9), parts = [[Math.floor(s / 3600), 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']];
      return parts.filter(part => part[0] > 0).slice(0, 2).map(part => part.join(' ')).join(' ');
    }

    function readRun(data) {
      const items = data.items.map(row => {
        const [n, kind, t, took, lane, request, severity, text, more] = row;
        const item = { n, kind, t, end: t + took, lane, request, severity, text, more, pairs: kind === EXCHANGE ? [] : more };
        if (kind === EXCHANGE) {
          const [from, to, received, sent, name, number, connection, target, outcome, phases, pairs] = more;
          Object.assign(item, {
            from, to, received: received < 0 ? null : t + received, sent: sent < 0 ? null : t + sent, name, number, connection,
            target, outcome, phases, pairs,
          });
        }
        return item;
      });
      const byNumber = new Map(items.map((item, index) => [item.n, (item.index = index, item)]));
      data.bands.forEach((band, place) => band[6].forEach(number => { if (byNumber.has(number)) byNumber.get(number).band = place; }));
      return { lanes: data.lanes, end: data.end, items, byNumber, requests: data.requests, bands: data.bands, lives: data.lives, left: data.left || 0 };
    }

    // True time, or with the pauses shortened: a pause takes the logarithm of its length, so that messages of a millisecond and
    // nights without any fit one picture, in the right order.
    class Scale {
      constructor(run, isTrue) {
        this.isTrue = isTrue;
        const times = new Set([0, run.end]);
        if (!isTrue) {
          for (const item of run.items) {
            times.add(item.t).add(item.end);
            if (item.received != null) times.add(item.received);
            if (item.sent != null) times.add(item.sent);
          }
          for (const band of run.bands) for (const time of [band[2], band[3]]) if (time >= 0) times.add(Math.min(time, run.end));
        }
        this.times = Float64Array.from([...times].sort((a, b) => a - b));
        this.places = new Float64Array(this.times.length);
        for (let i = 1; i < this.times.length; i++) {
          const gap = this.times[i] - this.times[i - 1];
          this.places[i] = this.places[i - 1] + (isTrue ? gap : Math.log2(1 + gap / 250e3));
        }
        const last = this.places[this.places.length - 1] || 1;
        this.low = -last * 0.012;
        this.high = last * 1.02;
        this.least = isTrue ? Math.min(20e3, last / 4) : Math.min(4, last / 4);
      }

      static between(value, from, to) {
        let low = 0, high = from.length - 1;
        if (high === 0) return to[0] + value - from[0];
        if (value <= from[0]) return to[0] + (value - from[0]);
        if (value >= from[high]) return to[high] + (value - from[high]);
        while (high - low > 1) {
          const middle = (low + high) >> 1;
          if (from[middle] <= value) low = middle; else high = middle;
        }
        const share = (value - from[low]) / (from[high] - from[low]);
        return to[low] + share * (to[high] - to[low]);
      }

      // The first of the times that lies at a place or after it.
      indexAt(place) {
        let low = 0, high = this.places.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (this.places[middle] < place) low = middle + 1; else high = middle;
        }
        return low;
      }

      place(time) { return Scale.between(time, this.times, this.places); }
      time(place) { return Math.max(0, Scale.between(place, this.places, this.times)); }
    }
    """#
}
