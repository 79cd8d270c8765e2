"""What LaTeX's words mean in Unicode: the tables behind markdown_formulas.

Most names (alpha, leq, rightarrow ...) come from the standard library's HTML entities, which took them from LaTeX; here
stand those that HTML lacks or means otherwise.
"""

from __future__ import annotations

RAISED = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW−βγδθ*'°′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ⁻ᵝᵞᵟᶿ*'°′",
        strict=True,
    )
)
LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx−βγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₋ᵦᵧᵨᵩᵪ", strict=True))

_NAMED_SIGNS = """
infty ∞  partial ∂  exists ∃  nexists ∄  neq ≠  to →  gets ←  implies ⇒  impliedby ⇐  ldots …  cdots ⋯  dots …  dotsc …  dotsb ⋯
vdots ⋮  ddots ⋱  cdot ·  circ °  degree °  land ∧  lor ∨  neg ¬  lnot ¬  iint ∬  iiint ∭  epsilon ε  varepsilon ε  phi φ
varphi φ  star ⋆  ast ∗  lvert |  rvert |  vert |  mid |  lVert ‖  rVert ‖  Vert ‖  lbrace {  rbrace }  backslash \\  colon :
prime ′  varnothing ∅  ni ∋  owns ∋  square □  Box □  blacksquare ■  triangle △  sim ~  lt <  gt >
"""
_UNSEEN = """
left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle limits nolimits hline
nonumber notag rm bf it
"""
_SPACES = {"quad": "  ", "qquad": "    ", "enspace": " ", "thinspace": " ", "bmod": " mod "}
_named = _NAMED_SIGNS.split()
SYMBOLS = dict(zip(_named[::2], _named[1::2], strict=True)) | dict.fromkeys(_UNSEEN.split(), "") | _SPACES

ESCAPED = {",": " ", ";": " ", ":": " ", "!": "", " ": " ", "\\": "\n", "|": "‖"}

_FUNCTION_NAMES = """
sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp lim limsup liminf max min sup inf det gcd lcm arg
deg dim ker hom Pr argmax argmin sgn rank tr
"""
FUNCTIONS = frozenset(_FUNCTION_NAMES.split())

# Commands that only dress their argument, and commands that say nothing together with theirs
_DRESSING = """
text textbf textit textrm texttt textsf textup mbox hbox mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathnormal
boldsymbol bm pmb operatorname mathop mathbin mathrel mathord boxed fbox underbrace overbrace ensuremath smash substack
"""
PLAIN = frozenset(_DRESSING.split())
SILENT = frozenset(("color", "label", "phantom", "hphantom", "vphantom", "hspace", "vspace"))

ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "underline": "\u0332",
    "acute": "\u0301",
    "grave": "\u0300",
    "check": "\u030c",
    "breve": "\u0306",
    "mathring": "\u030a",
    "cancel": "\u0336",
    "not": "\u0338",
}
FENCES: dict[str, tuple[str, str]] = {
    "matrix": ("", ""),
    "smallmatrix": ("", ""),
    "array": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{ ", ""),
    "rcases": ("", " }"),
}
