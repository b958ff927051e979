extension HTMLReport {
  /// The page's style: light and dark by the reader's preference, one column on a phone, plain on paper.
  static let style = """
    html { scroll-padding-top: 76px; }
    header, main, footer, .filters { max-width: 1080px; margin: 0 auto; padding-left: 24px; padding-right: 24px; }
    header { padding-top: 36px; }
    h1 { font-size: clamp(22px, 4vw, 30px); line-height: 1.2; letter-spacing: -.01em; margin: 2px 0 0; overflow-wrap: anywhere; }
    h2 { font-size: 19px; margin: 40px 0 10px; } h3 { font-size: 14px; margin: 22px 0 6px; color: var(--soft); font-weight: 600; }
    small { font-size: 13px; font-weight: 400; color: var(--soft); margin-left: 6px; }
    code, pre, .id { font-family: var(--mono); font-size: 13px; }
    .mark, .facts, .note, footer { color: var(--soft); font-size: 13px; margin: 0; }
    .mark { letter-spacing: .02em; }
    .verdict { font-size: 17px; font-weight: 600; margin: 8px 0 0; overflow-wrap: anywhere; }
    .pass { color: var(--pass); } .fail { color: var(--fail); } .expected-deviation { color: var(--deviation); }
    .unexpected-pass { color: var(--surprise); } .not-run { color: var(--idle); } .harness-error { color: var(--broken); }
    .uncited { color: var(--idle); }
    .totals { display: grid; grid-template-columns: repeat(5, 1fr); gap: 10px; margin: 22px 0 12px; }
    .totals div { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: 10px 14px; color: var(--ink); }
    .totals dt { font-size: 12.5px; color: var(--soft); } .totals dd { margin: 0; font-size: 26px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
    .totals .pass dd { color: var(--pass); } .totals .deviating dd { color: var(--deviation); } .totals .failing dd { color: var(--fail); }
    .totals .zero dd { color: var(--soft); font-weight: 400; }
    .bar { display: flex; gap: 2px; height: 8px; border-radius: 4px; overflow: hidden; margin: 0 0 12px; }
    .bar i { display: block; min-width: 4px; background: currentColor; }
    .filters { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin-top: 18px;
      padding-top: 10px; padding-bottom: 10px; background: var(--paper); }
    fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 6px; } legend { position: absolute; left: -999px; }
    .choice { position: relative; cursor: pointer; } .choice input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
    .choice span { display: inline-block; padding: 4px 11px; border: 1px solid currentColor; border-radius: 99px; font-size: 13px; background: var(--card); }
    .choice input:not(:checked) + span { color: var(--soft); border-color: var(--line); text-decoration: line-through; background: transparent; }
    .choice input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
    .field { color: var(--soft); font-size: 13px; display: flex; gap: 6px; align-items: center; } .grows { flex: 1 1 180px; }
    .field input, .field select { font: inherit; font-size: 14px; color: var(--ink); background: var(--card); border: 1px solid var(--line);
      border-radius: 8px; padding: 5px 9px; min-width: 0; width: 100%; }
    .field select { width: auto; } .shown { color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
    .list, .map, .alarms { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }
    details.clause, details.case { border-top: 1px solid var(--line); padding: 0 16px; } .list > :first-child { border-top: 0; }
    details:target { box-shadow: inset 3px 0 0 var(--accent); } summary:hover .id, summary:hover b { text-decoration: underline; text-underline-offset: 3px; }
    summary { display: flex; gap: 10px; align-items: baseline; padding: 8px 0; cursor: pointer; list-style: none; }
    summary::-webkit-details-marker { display: none; }
    .dot { flex: none; width: 9px; height: 9px; border-radius: 50%; background: currentColor; align-self: center; display: inline-block; }
    .dot.not-run, .dot.uncited { background: none; border: 2px solid currentColor; }
    .clause summary b { min-width: 78px; font-variant-numeric: tabular-nums; font-weight: 600; color: var(--ink); } .clause.uncited { color: inherit; } .clause.uncited summary b { font-weight: 400; color: var(--soft); }
    .brief { color: var(--soft); flex: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; min-width: 0; }
    .clause[open] > summary .brief { visibility: hidden; }
    .count { color: var(--soft); font-variant-numeric: tabular-nums; font-size: 13px; white-space: nowrap; }
    .id { flex: 1; min-width: 0; overflow-wrap: anywhere; } .badge { font-size: 12.5px; white-space: nowrap; }
    .text { padding: 0 0 10px; overflow-wrap: anywhere; max-width: 78ch; } .text ul { margin: 6px 0; padding-left: 20px; }
    .text code, .reason code, .note code, .brief code { background: color-mix(in srgb, var(--soft) 12%, transparent); border-radius: 4px; padding: 1px 4px; font-size: .88em; }
    table { border-collapse: collapse; margin: 8px 0; font-size: 13.5px; } td, th { border: 1px solid var(--line); padding: 3px 9px; text-align: left; vertical-align: top; }
    .rows { list-style: none; margin: 0 0 12px; padding: 8px 0 0; border-top: 1px solid var(--line); }
    .rows li { display: flex; gap: 10px; align-items: baseline; padding: 2px 0; } .rows a { display: flex; gap: 10px; flex: 1; min-width: 0; text-decoration: none; color: var(--ink); }
    .rows a:hover .id { text-decoration: underline; }
    .chips { display: flex; flex-wrap: wrap; gap: 5px; align-items: flex-start; align-content: flex-start; margin: 0 0 8px; } .chip { border: 1px solid currentColor; border-radius: 6px; padding: 0 7px; font-size: 12px; line-height: 1.7; text-decoration: none; font-variant-numeric: tabular-nums; }
    .chip.uncited { border-style: dashed; } .chip:hover { background: color-mix(in srgb, currentColor 12%, transparent); }
    .map { padding: 8px 16px 12px; } .map > div { display: grid; grid-template-columns: 210px minmax(0, 1fr); gap: 10px; padding: 3px 0; } .map h3 { margin: 1px 0 0; font-size: 13px; font-weight: 400; } .map .chips { margin: 0; }
    .alarms { padding: 8px 16px !important; border-top: 1px solid var(--line) !important; } .alarms li { padding: 3px 0; } .alarms a { flex: 0 0 36%; align-items: baseline; }
    .first { flex: 1; min-width: 0; color: var(--soft); font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .cites { margin: 0 0 8px; display: flex; flex-wrap: wrap; gap: 2px 10px; font-size: 13px; } .link { margin-left: auto; }
    .reason { margin: 0 0 8px; } .note { margin: 8px 0 12px; overflow-wrap: anywhere; }
    .difference { margin: 0 0 12px; } .place { margin: 0 0 4px; font-weight: 600; font-size: 13.5px; overflow-wrap: anywhere; }
    .row { display: grid; grid-template-columns: minmax(110px, 200px) minmax(0, 1fr); gap: 4px 14px; padding: 6px 0; border-top: 1px solid var(--line); }
    .row > .diff:only-child { grid-column: 1 / -1; }
    .field-name { margin: 0; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; padding-top: 1px; }
    .line { display: grid; grid-template-columns: 20px minmax(0, 1fr); text-decoration: none; border-radius: 3px; } .line i { font-style: normal; text-align: center; color: var(--soft); user-select: none; }
    .line code { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1px 0; }
    del.line { background: var(--del); } ins.line { background: var(--ins); } .line.fold, .line.same { color: var(--soft); }
    mark { color: inherit; border-radius: 2px; background: var(--mark-ins); } del mark { background: var(--mark-del); }
    .everything { margin-top: 6px; font-size: 13px; } .everything summary { color: var(--accent); padding: 2px 0; } .everything p { margin: 6px 0 2px; color: var(--soft); }
    pre { margin: 0; padding: 8px 10px; border: 1px solid var(--line); border-radius: 6px; max-height: 360px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
    .problems { border-left: 4px solid var(--fail); padding-left: 14px; margin-top: 24px; } .problems h2 { margin: 0; }
    .nothing { color: var(--soft); padding: 32px 0; text-align: center; } .reset { font: inherit; color: var(--accent); background: none; border: 0; text-decoration: underline; cursor: pointer; }
    footer { padding-top: 32px; padding-bottom: 48px; overflow-wrap: anywhere; }
    @media (max-width: 720px) {
      header, main, footer, .filters { padding-left: 14px; padding-right: 14px; } header { padding-top: 22px; }
      .totals { grid-template-columns: repeat(6, 1fr); gap: 8px; } .totals div { grid-column: span 3; } .totals div:first-child { grid-column: span 6; } .totals div { padding: 8px 10px; } .totals dt { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
      .totals dd { font-size: 22px; } .filters { position: static; } .choice span { padding: 5px 11px; }
      details.clause, details.case { padding: 0 12px; } .map > div { grid-template-columns: 1fr; gap: 2px; padding: 5px 0; } .alarms li { display: block; } .first { display: block; white-space: normal; overflow-wrap: anywhere; padding-left: 19px; }
      .row { grid-template-columns: minmax(0, 1fr); }
      .clause summary { flex-wrap: wrap; gap: 2px 9px; } .clause summary b { flex: 1; } .brief { order: 3; flex: 0 0 100%; } .clause[open] > summary .brief { display: none; }
      .badge { font-size: 12px; } .text { overflow-x: auto; } html { scroll-padding-top: 12px; } }
    @media print { body { font-size: 10.5pt; } .filters, .skip, .link, .everything { display: none; } details { break-inside: avoid; } header { padding-top: 0; }
      .bar, .dot, mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
    """
}
