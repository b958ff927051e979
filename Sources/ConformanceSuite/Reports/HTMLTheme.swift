/// What the pages of every report have in common.
enum HTMLTheme {
  /// Colours, light and dark by the reader's preference and plain on paper, and the ground that everything stands on.
  static let style = """
    :root { color-scheme: light dark; --paper: #f7f7f5; --card: #ffffff; --ink: #1b1f24; --soft: #5b6570; --line: #e1e3e6;
      --accent: #1d5fbf; --pass: #1a7f43; --fail: #c22f2f; --deviation: #8a6100; --surprise: #b3400e; --idle: #69737e;
      --broken: #7b1fa2; --del: #fdeeec; --ins: #e9f6ed; --mark-del: #f5b5ae; --mark-ins: #a3dab5;
      --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; --radius: 10px; }
    @media (prefers-color-scheme: dark) { :root { --paper: #101316; --card: #181c21; --ink: #e4e7ea; --soft: #9aa5b0;
      --line: #2b3138; --accent: #7fb2ff; --pass: #4fc27b; --fail: #ff857b; --deviation: #dfae3f; --surprise: #ff9d66;
      --idle: #8995a1; --broken: #d59bee; --del: #361f20; --ins: #17301f; --mark-del: #7d3431; --mark-ins: #28693f; } }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
    a { color: var(--accent); text-underline-offset: 2px; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
    .skip { position: absolute; left: -999px; } .skip:focus { left: 12px; top: 12px; background: var(--card); padding: 6px 10px; z-index: 3; }
    [hidden] { display: none !important; }
    @media print { :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --del: #fff; --ins: #fff; } }
    """

  /// The head of a page that asks for nothing from anywhere, which its policy enforces.
  static func head(title: String, style: String) -> String {
    """
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <title>\(HTMLText.escaped(title))</title>
    <style>
    \(HTMLTheme.style)
    \(style)
    </style>
    </head>
    """
  }
}
