"""How the report looks: its style sheet, light and dark, and its plots as inline SVG.

matplotlib draws with stand-in colours that become CSS variables, and leaves text as text: a plot
takes its ink and its type from the page around it.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from training.lineage import Layer, Layers

PALETTE = {  # name: (light, dark)
    "paper": ("#fcfbf8", "#17191c"),
    "card": ("#f4f2ec", "#1f2226"),
    "rule": ("#dedad0", "#363a40"),
    "ink": ("#22252a", "#e6e3dc"),
    "muted": ("#666a70", "#a2a4a7"),
    "accent": ("#2c6e63", "#83c9b6"),
    "gold": ("#b98a2b", "#dab25c"),
    "red": ("#b0483c", "#e58a7c"),
    "violet": ("#7b5f97", "#b79bd3"),
    "blue": ("#47759f", "#86b1d8"),
    "stone": ("#bcb7ab", "#5d6066"),
    "brown": ("#87604a", "#c19a82"),
    "blue0": ("#c3d3e2", "#2f4356"),
    "blue1": ("#93b1cd", "#456482"),
    "blue2": ("#6690b7", "#6189ae"),
    "blue3": ("#3e6c98", "#8fb8dd"),
}
_LIGHT, _DARK = (";".join(f"--{name}:{pair[i]}" for name, pair in PALETTE.items()) for i in (0, 1))
_ROOT = f""":root{{color-scheme:light dark;{_LIGHT}}}
@media (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
"""
_STAND_IN = {name: f"#0001{index:02x}" for index, name in enumerate(PALETTE)}
_SIZE = (6.0, 2.8)  # inches; at 72 units an inch, 432 x 202

STYLE = Markup(
    _ROOT
    + """\
*{box-sizing:border-box}
body{margin:0 auto;padding:3.5rem 1.5rem 5rem;max-width:70rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.55 Charter,"Bitstream Charter","Iowan Old Style",Georgia,"DejaVu Serif",serif}
code,pre{font:.84rem/1.5 ui-monospace,"JuliaMono","JetBrains Mono","SFMono-Regular",Menlo,Consolas,"DejaVu Sans Mono",monospace}
h1{margin:.1em 0 .25em;font-size:2.5rem;font-weight:500;line-height:1.1;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:3.2rem 0 1rem;padding-bottom:.3rem;border-bottom:1px solid var(--rule);font-size:1.4rem;font-weight:500}
header>p{margin:.2em 0}
.kicker,nav,th,.note,dt,figcaption,caption,summary,svg text{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif!important}
.kicker{color:var(--accent);font-size:.85rem;letter-spacing:.04em}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin-top:1rem;font-size:.9rem}
a{color:var(--accent);text-underline-offset:.2em}
a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1px;margin:1.6rem 0 0}
.tiles+.tiles{margin-top:.7rem}
.tiles div{display:flex;flex-direction:column-reverse;justify-content:flex-end;padding:.8rem 1rem;outline:1px solid var(--rule)}
dt{color:var(--muted);font-size:.8rem;line-height:1.35}
dd{margin:0;font-size:1.9rem;line-height:1.2;font-variant-numeric:lining-nums tabular-nums}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:2rem}
figure{margin:0}
svg{display:block;width:100%;height:auto}
svg *{stroke-linejoin:round;stroke-linecap:butt}
figcaption,.note{color:var(--muted);font-size:.85rem}
figcaption{margin-top:.3rem}
.wide{margin:1.4rem 0;overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:lining-nums tabular-nums}
caption{padding-bottom:.4rem;text-align:left;font-size:.9rem;font-weight:600}
th,td{padding:.3rem .8rem;border-bottom:1px solid var(--rule);text-align:right;vertical-align:baseline;white-space:nowrap}
th{color:var(--muted);font-size:.8rem;font-weight:500}
th:first-child,td:first-child{padding-left:0}
.text{text-align:left}
.setting,td.text{white-space:pre-wrap;overflow-wrap:anywhere}
details{margin:.5rem 0}
summary{cursor:pointer;font-size:.95rem}
summary::marker{color:var(--muted)}
pre{margin:.6rem 0;padding:.75rem 1rem;overflow-x:auto;background:var(--card);border-radius:3px;white-space:pre-wrap;overflow-wrap:anywhere}
.said{background:none;border-left:2px solid var(--red);border-radius:0;padding:.1rem 0 .1rem .9rem;color:var(--muted)}
.line{overflow-wrap:anywhere}
.line b{font-weight:600;color:var(--accent)}
.note{margin:.3rem 0}
.cards{margin:1rem 0 1.8rem;padding:0;list-style:none}
.cards>li{padding:.7rem 0 .7rem 1rem;border-left:2px solid var(--rule);border-bottom:1px solid var(--rule)}
.cards>li.chosen{border-left-color:var(--accent)}
.rate{color:var(--ink);font-weight:600}
.seed{margin:.3rem 0}
.alarms{margin:1.4rem 0 0;padding:.7rem 1rem .7rem 2rem;border-left:2px solid var(--red);background:var(--card)}
.plain{padding:0;list-style:none}
.plain li,.descent li{margin:.4rem 0}
@media print{body{max-width:none;padding:0}nav{display:none}}
"""
)

OUTCOMES = {
    "proved": "accent",
    "failed": "stone",
    "timeout": "gold",
    "refused": "violet",
    "memory": "brown",
    "out_of_profile": "blue",
    "infrastructure": "red",
}
BANDS = {
    "0": "stone",
    "(0, 1/4]": "accent",
    "(1/4, 1/2]": "blue0",
    "(1/2, 3/4]": "blue1",
    "(3/4, 1)": "blue2",
    "1": "blue3",
}
SHARES = {
    "seen before": "stone",
    "renamed": "brown",
    "disjunctive": "red",
    "refuted": "blue2",
    "trivial": "gold",
    "vacuous": "violet",
}
STATES = {"seed": "muted", "given": "blue", "selected": "gold", "proved": "accent", "not proved": "stone"}
TIMES = {"sample": "blue2", "verify": "accent", "train": "gold", "wait": "stone"}


def curve(
    name: str, title: str, rounds: Sequence[int], values: Sequence[int], final: int | None, ceiling: int
) -> Markup:
    """A count by round, R points; `final` is drawn as a line of its own, `ceiling` is named in the text."""
    with rc_context(_RC):
        figure, axes = _axes("statements solved")
        axes.plot(rounds, values, color=_STAND_IN["accent"], linewidth=2, marker="o", markersize=4.5)
        for x, y in {rounds[0]: values[0], rounds[-1]: values[-1]}.items():
            axes.annotate(str(y), (x, y), (0, 7), textcoords="offset points", ha="center")
        if final is not None:
            axes.axhline(final, color=_STAND_IN["gold"], linewidth=1.2, linestyle=(0, (5, 3)))
            axes.annotate(
                f"final model alone: {final}", (0, final), (2, 4), ha="left", color=_STAND_IN["gold"],
                xycoords=("axes fraction", "data"), textcoords="offset points",
            )  # fmt: skip
        axes.set_ylim(0, 1.22 * max([*values, final or 0, 1]))
        told = "; ".join(f"round {x}: {y}" for x, y in zip(rounds, values, strict=True))
        alone = "" if final is None else f" The final model alone solves {final}."
        return _inline(figure, name, title, f"Of {ceiling} statements in profile, solved so far by {told}.{alone}")


def stacked(
    name: str, title: str, rounds: Sequence[int], series: Mapping[str, Sequence[float]], colours: Mapping[str, str],
    unit: str, by: str = "round",
) -> Markup:  # fmt: skip
    """One column a round, R of them, `series` stacked from below; those that are zero throughout are left out."""
    apart = min((b - a for a, b in pairwise(rounds)), default=1)
    shown = {label: values for label, values in series.items() if any(values)}
    with rc_context(_RC):
        figure, axes = _axes(unit, by)
        floor = [0.0] * len(rounds)
        for label, values in shown.items():
            axes.bar(
                rounds, values, 0.72 * apart, bottom=floor, label=label.replace("_", " "),
                color=_STAND_IN[colours[label]], edgecolor=_STAND_IN["paper"], linewidth=0.6,
            )  # fmt: skip
            floor = [below + value for below, value in zip(floor, values, strict=True)]
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles[::-1], labels[::-1], loc="outside right upper")
        axes.set_xlim(min(rounds) - 0.7 * apart, max(rounds) + 0.7 * apart)
        told = " ".join(
            f"{by.capitalize()} {x}: " + ", ".join(f"{label} {values[i]:.4g}" for label, values in shown.items()) + "."
            for i, x in enumerate(rounds)
        )
        return _inline(figure, name, title, f"In {unit}. {told}")


def shares(name: str, title: str, rounds: Sequence[int], series: Mapping[str, Sequence[float | None]],
           colours: Mapping[str, str] = SHARES, by: str = "round") -> Markup:  # fmt: skip
    """Shares from 0 to 1 by round, a line each, R points; where one is None its line has a gap."""
    with rc_context(_RC):
        figure, axes = _axes("share", by)
        told = _lines(figure, axes, rounds, series, colours, by)
        axes.set_ylim(-0.03, 1.03)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        return _inline(figure, name, title, f"Shares between 0 and 1. {told}")


def budgets(name: str, title: str, ks: Sequence[int], means: Sequence[float], lows: Sequence[float],
            highs: Sequence[float]) -> Markup:  # fmt: skip
    """A share by sampling budget k, on a logarithmic axis, with the band of its interval."""
    with rc_context(_RC):
        figure, axes = _axes("share of problems")
        axes.fill_between(ks, lows, highs, color=_STAND_IN["blue0"], linewidth=0)
        axes.plot(ks, means, color=_STAND_IN["accent"], linewidth=2, marker="o", markersize=4.5)
        for x, y in {ks[0]: means[0], ks[-1]: means[-1]}.items():
            axes.annotate(f"{y:.1%}", (x, y), (0, 7), textcoords="offset points", ha="center")
        axes.set_xscale("log", base=2)
        axes.set_xticks(ks, [str(k) for k in ks])
        axes.minorticks_off()
        axes.set_xlabel("k")
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.set_ylim(0, min(1.22 * max([*highs, 0.01]), 1.08))
        rows = zip(ks, means, lows, highs, strict=True)
        told = "; ".join(f"k = {k}: {mean:.1%} ({low:.1%} to {high:.1%})" for k, mean, low, high in rows)
        return _inline(figure, name, title, f"With 95 % intervals. {told}.")


def lines(name: str, title: str, rounds: Sequence[int], series: Mapping[str, Sequence[float | None]],
          colours: Mapping[str, str], unit: str, by: str = "round") -> Markup:  # fmt: skip
    """The same for values of any size."""
    with rc_context(_RC):
        figure, axes = _axes(unit, by)
        return _inline(figure, name, title, f"In {unit}. {_lines(figure, axes, rounds, series, colours, by)}")


def _lines(figure: Figure, axes: Axes, rounds: Sequence[int], series: Mapping[str, Sequence[float | None]],
           colours: Mapping[str, str], by: str) -> str:  # fmt: skip
    """Draws them and tells them in words."""
    for label, values in series.items():
        known = [math.nan if value is None else value for value in values]
        colour = _STAND_IN[colours[label]]
        axes.plot(rounds, known, label=label, color=colour, linewidth=1.6, marker="o", markersize=3.5)
    figure.legend(loc="outside right upper")
    return " ".join(
        f"{by.capitalize()} {x}: "
        + ", ".join(f"{label} {values[i]:.2f}" for label, values in series.items() if values[i] is not None)
        + "."
        for i, x in enumerate(rounds)
    )


def layered(name: str, title: str, drawing: Layers) -> Markup:
    """A lineage in columns by round: a dot a statement, a line to each conjecture from what prompted it."""
    tallest = max(len(layer.states) for layer in drawing.layers)

    def height(column: int, place: int) -> float:
        return (len(drawing.layers[column].states) - 1) / 2 - place

    with rc_context(_RC):
        figure = Figure((11.0, min(1.6 + 0.13 * tallest, 6.2)), layout="constrained")
        axes = figure.add_subplot()
        for state, colour in STATES.items():
            lines = [
                [(a, height(a, i)), (b, height(b, j))]
                for (a, i), (b, j) in drawing.edges
                if drawing.layers[b].states[j] == state
            ]
            axes.add_collection(LineCollection(lines, colors=_STAND_IN[colour], linewidths=0.6, zorder=1))
        for state, colour in STATES.items():
            at = [
                (column, height(column, place))
                for column, layer in enumerate(drawing.layers)
                for place, found in enumerate(layer.states)
                if found == state
            ]
            if at:
                axes.plot(*zip(*at, strict=True), "o", label=state, color=_STAND_IN[colour], markersize=5)
        axes.set_xlim(-0.3, len(drawing.layers) - 0.7)
        axes.set_ylim(-tallest / 2 - 0.5, tallest / 2 + 0.5)
        told = [_drawn(layer) for layer in drawing.layers]
        axes.set_xticks(
            range(len(told)),
            [f"{layer.label}\n{text}" for layer, text in zip(drawing.layers, told, strict=True)],
        )
        axes.set_yticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        axes.patch.set_visible(False)
        figure.patch.set_visible(False)
        figure.legend(loc="outside upper center", ncols=len(STATES))
        words = "; ".join(f"{layer.label}: {text}" for layer, text in zip(drawing.layers, told, strict=True))
        return _inline(figure, name, title, f"Statements and the conjectures they prompted. {words}.")


def _drawn(layer: Layer) -> str:
    count = len(layer.states)
    return f"{count:,}" if count == layer.total else f"{count:,} of {layer.total:,}"


_RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "antiphon",
    "font.size": 9.5,
    "text.color": _STAND_IN["ink"],
    "axes.edgecolor": _STAND_IN["rule"],
    "axes.labelcolor": _STAND_IN["muted"],
    "xtick.color": _STAND_IN["rule"],
    "ytick.color": _STAND_IN["rule"],
    "xtick.labelcolor": _STAND_IN["muted"],
    "ytick.labelcolor": _STAND_IN["muted"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "legend.frameon": False,
    "legend.handlelength": 1,
    "legend.handleheight": 1,
}


def _axes(unit: str, by: str = "round") -> tuple[Figure, Axes]:
    figure = Figure(_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(by)
    axes.set_ylabel(unit)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer="seconds" not in unit, min_n_ticks=1))
    axes.tick_params(length=0)
    axes.grid(axis="y", color=_STAND_IN["rule"], linewidth=0.6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    figure.patch.set_visible(False)
    return figure, axes


def _inline(figure: Figure, name: str, title: str, description: str) -> Markup:
    """The figure as an `<svg>` to be set into HTML: no namespaces, ids of its own, told in words."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    root = ElementTree.fromstring(file.getvalue())
    _strip(root)
    used = set(re.findall(r'(?:url\(|href=")#([\w-]+)', ElementTree.tostring(root, encoding="unicode")))
    for element in root.iter():
        if (own := element.attrib.pop("id", None)) in used:
            element.set("id", f"{name}-{own}")
    for tag, text in (("desc", description), ("title", title)):
        told = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        told.text = text
        root.insert(0, told)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib = {
        "viewBox": root.get("viewBox", f"0 0 {width} {height}"),
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
    }
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    text = re.sub(r'(url\(|href=")#([\w-]+)', rf"\1#{name}-\2", text)
    for colour, stand_in in _STAND_IN.items():
        text = text.replace(stand_in, f"var(--{colour})")
    return Markup(text)


def _strip(element: ElementTree.Element) -> None:
    """Takes away namespaces, metadata and style sheets, which would reach beyond the plot."""
    for child in list(element):
        if child.tag.split("}")[-1] in ("metadata", "style"):
            element.remove(child)
        else:
            _strip(child)
    element.tag = element.tag.split("}")[-1]
    element.attrib = {key.split("}")[-1]: value for key, value in element.attrib.items()}
