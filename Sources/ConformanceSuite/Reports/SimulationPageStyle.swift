extension SimulationPage {
  /// The page's style on top of `HTMLTheme`.
  static let style = #"""
    header, main, footer { max-width: 1400px; margin: 0 auto; padding-left: 24px; padding-right: 24px; }
    header { padding-top: 18px; }
    h1 { font-size: clamp(20px, 2.6vw, 25px); line-height: 1.2; letter-spacing: -.01em; margin: 2px 0 0; overflow-wrap: anywhere; }
    h2 { font-size: 19px; margin: 0; line-height: 1.3; overflow-wrap: anywhere; }
    h3 { font-size: 14px; margin: 14px 0 4px; color: var(--soft); font-weight: 600; }
    code, pre, .at, .request, .id { font-family: var(--mono); font-size: 12.5px; }
    .mark, .facts, .note, footer { color: var(--soft); font-size: 13px; margin: 0; }
    .facts { margin-top: 6px; overflow-wrap: anywhere; } .facts code { color: var(--ink); }
    .verdict { font-weight: 650; margin: 6px 0 0; font-size: 16px; overflow-wrap: anywhere; }
    .passed { color: var(--pass); } .failed { color: var(--fail); }
    .about { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: baseline; margin-top: 8px; } .about .verdict, .about .facts, .about .command { margin: 0; }
    .command { display: flex; gap: 8px; align-items: baseline; margin: 8px 0 0; min-width: 0; } .command code { background: var(--card); border: 1px solid var(--line);
      border-radius: 7px; padding: 4px 9px; overflow-wrap: anywhere; min-width: 0; } .command code::before { content: "$ "; color: var(--soft); }
    button { font: inherit; font-size: 13px; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: 3px 9px; cursor: pointer; }
    button:hover { border-color: var(--soft); } button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
    button.plain { border: 0; background: none; padding: 0; color: var(--accent); text-decoration: underline; text-underline-offset: 2px; }
    table.index { border-collapse: collapse; width: 100%; margin: 18px 0 0; background: var(--card); font-size: 14px; }
    .index th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; } .index td, .index th { border-bottom: 1px solid var(--line); padding: 6px 12px; vertical-align: baseline; }
    .index .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } .index a { color: var(--ink); }
    .boxed { border: 1px solid var(--line); border-radius: var(--radius); overflow: auto; margin-top: 18px; background: var(--card); } .boxed .index { margin: 0; } .boxed tr:last-child td { border-bottom: 0; }
    section.run { margin: 10px 0 0; } .several section.run { border-top: 1px solid var(--line); padding-top: 20px; margin-top: 30px; }
    .totals { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 10px 0 0; } .totals div { display: flex; gap: 6px; align-items: baseline; }
    .totals dt { order: 2; color: var(--soft); font-size: 13px; } .totals dd { margin: 0; font-weight: 650; font-size: 16px; font-variant-numeric: tabular-nums; } .totals .failed dt { color: inherit; }
    .wrong { border: 1px solid var(--line); border-left: 4px solid var(--fail); background: var(--card); border-radius: var(--radius); padding: 8px 16px 10px; margin: 14px 0 0; }
    .wrong.noted { border-left-color: var(--deviation); } .wrong h3 { margin: 4px 0; color: var(--ink); } .wrong ul { list-style: none; margin: 0; padding: 0; max-height: 190px; overflow: auto; } .wrong li { padding: 2px 0; overflow-wrap: anywhere; }
    .wrong a { font-family: var(--mono); font-size: 12.5px; margin-right: 8px; } .wrong b { font-weight: 600; }
    details.drawn { margin-top: 4px; } details.drawn > summary { cursor: pointer; color: var(--accent); font-size: 14px; width: max-content; } .single details.drawn > summary { display: none; }
    .tools { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 10px 0; }
    fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 5px; min-width: 0; } legend { position: absolute; left: -9999px; }
    .choice { position: relative; cursor: pointer; } .choice input { position: absolute; opacity: 0; inset: 0; margin: 0; width: 100%; height: 100%; cursor: pointer; }
    .choice span { display: inline-flex; gap: 6px; align-items: center; padding: 2px 10px; border: 1px solid var(--line); border-radius: 99px; font-size: 13px; background: var(--card); }
    .choice b { font-weight: 400; color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; } .choice input:not(:checked) + span { color: var(--soft); background: transparent; text-decoration: line-through; }
    .choice input:not(:checked) + span i { opacity: .3; } .choice input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
    .field { color: var(--soft); font-size: 13px; display: flex; gap: 6px; align-items: center; } .grows { flex: 1 1 150px; }
    .field input { font: inherit; font-size: 14px; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 3px 9px; min-width: 0; width: 100%; }
    .shown { color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; } .zooms { display: flex; gap: 4px; margin-left: auto; }
    .path-bar { margin: 0 0 8px; padding: 6px 12px; border: 1px solid var(--accent); border-radius: 8px; background: var(--card); font-size: 14px; overflow-wrap: anywhere; }
    .picture { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }
    .picture svg { display: block; width: 100%; } .minimap { border-bottom: 1px solid var(--line); cursor: pointer; touch-action: none; }
    .diagram { touch-action: pan-y; cursor: grab; user-select: none; -webkit-user-select: none; max-height: none; } .diagram:focus { outline: none; } .diagram:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); }
    .diagram.drags { cursor: grabbing; } .diagram.points { cursor: pointer; }
    .hovered { margin: 0; padding: 4px 12px; border-top: 1px solid var(--line); color: var(--soft); font-size: 12.5px; white-space: pre; overflow: hidden; text-overflow: ellipsis; min-height: 28px; }
    svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--soft); } svg .lane-name { font-size: 13px; font-weight: 650; fill: var(--ink); }
    svg .tick { font-size: 11px; font-variant-numeric: tabular-nums; } svg .label { fill: var(--ink); font-size: 11px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; } svg .label.s2 { fill: var(--deviation); } svg .label.s3 { fill: var(--fail); }
    .grid { stroke: var(--line); stroke-width: 1; } .lane { stroke: var(--soft); stroke-width: 1; opacity: .5; } .lane.gone { stroke-dasharray: 1 5; }
    .pause { fill: var(--soft); opacity: .055; } svg .pause-words { font-size: 10.5px; text-anchor: middle; fill: var(--soft); }
    .life { fill: color-mix(in srgb, var(--soft) 20%, var(--card)); stroke: color-mix(in srgb, var(--soft) 50%, var(--card)); stroke-width: 1; }
    .paused { fill: var(--card); stroke: var(--broken); stroke-dasharray: 3 3; } .death { fill: none; stroke: var(--broken); stroke-width: 2; }
    .arrow, .answer { fill: none; stroke: var(--accent); stroke-width: 1.3; } .answer { stroke-dasharray: 4 3; opacity: .8; } .tip { fill: var(--accent); } .serving { fill: none; stroke: var(--accent); stroke-width: 6; opacity: .55; }
    .crowd { stroke: var(--accent); stroke-width: 1.5; } .c1 { opacity: .3; } .c2 { opacity: .5; } .c3 { opacity: .75; } .arrow.s2, .answer.s2, .serving.s2 { stroke: var(--deviation); } .tip.s2 { fill: var(--deviation); } .arrow.s3, .answer.s3, .cross, .serving.s3 { stroke: var(--fail); } .tip.s3 { fill: var(--fail); } .cross { fill: none; stroke-width: 1.8; }
    .disk { fill: none; stroke: var(--idle); stroke-width: 5; opacity: .75; } .disk.s3 { stroke: var(--fail); opacity: 1; } .log { fill: none; stroke: var(--idle); stroke-width: 5; stroke-linecap: round; opacity: .8; }
    .log.s2 { stroke: var(--deviation); opacity: 1; } .log.s3 { stroke: var(--fail); opacity: 1; } .clock, .change { fill: none; stroke: var(--broken); stroke-width: 2.5; } .clock { stroke-dasharray: 2 2; }
    .band { fill: color-mix(in srgb, var(--deviation) 22%, var(--card)); stroke: color-mix(in srgb, var(--deviation) 55%, var(--card)); } .band.idle { fill: none; stroke-dasharray: 3 3; } .shade { fill: var(--deviation); opacity: .055; }
    svg .band-words { font-size: 11px; fill: var(--ink); } .firing { stroke: var(--deviation); stroke-width: 2; } .spark { fill: var(--deviation); stroke: var(--card); stroke-width: 1; }
    .step { stroke: var(--soft); stroke-dasharray: 2 4; opacity: .6; } svg .step-words { fill: var(--soft); font-size: 11px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; } .violation { stroke: var(--fail); stroke-width: 2; } svg .violation-words { fill: var(--fail); font-weight: 650; paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
    .halo { fill: color-mix(in srgb, var(--accent) 14%, transparent); stroke: var(--accent); stroke-width: 1.5; } .route { fill: none; stroke: var(--accent); stroke-width: 7; opacity: .22; stroke-linejoin: round; stroke-linecap: round; }
    svg .dim { opacity: .1; } .map-ground { fill: color-mix(in srgb, var(--soft) 9%, var(--card)); } .map-bars { stroke: var(--idle); stroke-width: 2; } .map-bad { stroke: var(--fail); stroke-width: 2; }
    .map-window { fill: color-mix(in srgb, var(--accent) 12%, transparent); stroke: var(--accent); } svg .axis-name { font-size: 11px; }
    .below { display: grid; grid-template-columns: minmax(0, 1fr) minmax(300px, 380px); gap: 14px; margin-top: 14px; align-items: start; } .list-side { min-width: 0; }
    .rows { height: clamp(260px, 46vh, 560px); overflow-y: auto; overflow-x: hidden; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); position: relative; overscroll-behavior: contain; } .rows-inner { position: relative; }
    .row { position: absolute; left: 0; right: 0; height: 28px; display: grid; grid-template-columns: 92px 10px 124px minmax(0, 1fr) auto 76px; gap: 9px; align-items: center; padding: 0 12px; font-size: 13px; cursor: pointer; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); white-space: nowrap; }
    .row:hover { background: color-mix(in srgb, var(--accent) 6%, var(--card)); } .row.chosen { background: color-mix(in srgb, var(--accent) 15%, var(--card)); box-shadow: inset 3px 0 0 var(--accent); } .row.dim { opacity: .35; }
    .row span { overflow: hidden; text-overflow: ellipsis; } .row .at { text-align: right; color: var(--soft); font-variant-numeric: tabular-nums; } .nodes { color: var(--soft); } .took { color: var(--soft); font-size: 12px; } .row.s2 .what { color: var(--deviation); } .row.s3 .what { color: var(--fail); }
    .row.kind-step .what { font-weight: 650; } .request { padding: 0 6px; font-size: 11.5px; line-height: 19px; color: var(--accent); justify-self: end; } .lit { background: var(--accent) !important; color: var(--paper) !important; border-color: var(--accent) !important; }
    .row > i, .choice i, .tag i { flex: none; width: 9px; height: 9px; border-radius: 50%; background: var(--accent); display: inline-block; } .kind-disk i { background: var(--idle); border-radius: 2px; } .kind-log i { background: var(--idle); }
    .kind-process i, .kind-clock i { background: var(--broken); border-radius: 2px; width: 5px; margin: 0 2px; } .kind-fault i { background: var(--deviation); border-radius: 1px; transform: rotate(45deg) scale(.85); } .kind-step i { background: none; border: 2px solid var(--soft); } .kind-violation i { background: var(--fail); border-radius: 2px; } .row.kind-exchange.s2 > i { background: var(--deviation); } .row.kind-exchange.s3 > i { background: var(--fail); } .tag i { margin-right: 5px; }
    .detail { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); min-height: 120px; max-height: clamp(260px, 46vh, 560px); overflow: hidden; font-size: 13.5px; display: flex; flex-direction: column; } .detail-body { overflow: auto; padding: 12px 16px; min-height: 0; } .detail-head { margin: 0; color: var(--soft); } .detail-head b { font-family: var(--mono); color: var(--ink); font-weight: 600; } .tag { white-space: nowrap; }
    .detail-text { margin: 6px 0 8px; font-weight: 600; overflow-wrap: anywhere; } .detail .s2 { color: var(--deviation); } .detail .s3 { color: var(--fail); } dl { margin: 0; } .detail dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 3px 12px; } .detail dt { color: var(--soft); } .detail dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
    .phases { list-style: none; margin: 10px 0 0; padding: 0; font-size: 12.5px; } .phases li { display: grid; grid-template-columns: 52px minmax(0, 1fr) 62px 76px; gap: 8px; align-items: center; color: var(--soft); } .phases li > :nth-child(n+3) { text-align: right; } .track { background: color-mix(in srgb, var(--soft) 12%, transparent); border-radius: 3px; overflow: hidden; } .track i { display: block; height: 7px; background: var(--accent); border-radius: 3px; }
    .actions { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; padding: 9px 16px; border-top: 1px solid var(--line); } .actions .id { flex: 1 0 100%; text-align: left; overflow-wrap: anywhere; color: var(--accent); } .actions a { margin-left: auto; }
    .nothing { color: var(--soft); padding: 18px 0; text-align: center; } .paper { display: none; } footer { padding-top: 30px; padding-bottom: 40px; overflow-wrap: anywhere; }
    @media (max-width: 900px) { .below { grid-template-columns: minmax(0, 1fr); } .detail { max-height: none; } .rows { height: 44vh; } }
    @media (max-width: 720px) { header, main, footer { padding-left: 12px; padding-right: 12px; } header { padding-top: 18px; } .command { flex-wrap: wrap; } .zooms { margin-left: 0; } .choice span { padding: 4px 11px; } button { padding: 5px 11px; }
      .row { height: 50px; grid-template-columns: auto 10px minmax(0, 1fr) auto 70px; grid-template-rows: 22px 22px; gap: 0 8px; align-content: center; } .row .what { grid-column: 1 / -1; grid-row: 2; } .row .at { order: -1; } .row .took { grid-column: 4; grid-row: 1; } .row .request { grid-column: 5; grid-row: 1; padding: 0 6px; } .hovered { white-space: normal; } .index .rare { display: none; } }
    @media print { body { font-size: 10pt; } .tools, .minimap, .hovered, .below, .command button, .path-bar button, details.drawn > summary { display: none; } .paper { display: block; list-style: none; padding: 0; margin: 12px 0 0; font-size: 8.5pt; } .paper li { padding: 1px 0; overflow-wrap: anywhere; } .wrong ul { max-height: none; } section.run { break-inside: auto; } .picture { break-inside: avoid; } svg, .band, .life { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
    """#
}
