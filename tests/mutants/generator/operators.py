# SPDX-License-Identifier: Apache-2.0
"""Which mutants an expression offers; runtime/mutants.h has the functions that are inserted."""
import re

from clang.cindex import CursorKind as K
from clang.cindex import TypeKind as T

from points import Variant
from text import closing, split

INTEGERS = {T.CHAR_U, T.UCHAR, T.USHORT, T.UINT, T.ULONG, T.ULONGLONG, T.UINT128, T.CHAR_S, T.SCHAR,
            T.SHORT, T.INT, T.LONG, T.LONGLONG, T.INT128}
NUMBERS = INTEGERS | {T.BOOL, T.FLOAT, T.DOUBLE, T.DEPENDENT}
NO_ORDER = {T.ENUM, T.POINTER, T.MEMBERPOINTER, T.NULLPTR}

# Operator -> the function, and what its mutants read: another operator, or the operand that stays.
ARITHMETIC = {
    "+": ("add", ("-", "left", "right")), "-": ("subtract", ("+", "left")),
    "*": ("multiply", ("left", "right")), "/": ("divide", ("left",)), "%": ("remainder", ("left",)),
    "<<": ("shift_left", ("left",)), ">>": ("shift_right", ("left",)),
    "&": ("bit_and", ("left", "right")), "|": ("bit_or", ("left", "right")),
    "^": ("bit_xor", ("left", "right"))}
COMPARISONS = {
    "<": ("less", ("<=", ">=")), "<=": ("less_equal", ("<", ">")), ">": ("greater", (">=", "<=")),
    ">=": ("greater_equal", (">", "<")), "==": ("equal", ("!=", "<=", ">=")),
    "!=": ("not_equal", ("==", "<", ">"))}
UNORDERED = {"==": ("same", ("!=",)), "!=": ("other", ("==",))}
FUNCTIONS = {"min": ["max"], "max": ["min"], "clamp": ["no low", "no high"], "ceil_div": ["rounded down"]}


def expression(walker, cursor, state):
    handler = {K.BINARY_OPERATOR: binary, K.COMPOUND_ASSIGNMENT_OPERATOR: compound_assignment,
               K.UNARY_OPERATOR: unary, K.INTEGER_LITERAL: literal, K.CXX_BOOL_LITERAL_EXPR: boolean,
               K.DECL_REF_EXPR: named, K.CALL_EXPR: call, K.INIT_LIST_EXPR: order}.get(cursor.kind)
    if handler:
        handler(walker, cursor, state)


def type_of(cursor):
    return cursor.type.get_canonical().kind


def extent(cursor):
    return cursor.extent.start.offset, cursor.extent.end.offset


def is_first_child(cursor, child):
    return next(cursor.get_children()) == child


def operator_of(walker, cursor):
    """(operator, its range, left, right) of a binary expression."""
    children = list(cursor.get_children())
    if len(children) != 2:
        return None
    begin, end = extent(children[0])[1], extent(children[1])[0]
    between = walker.blank[begin:end]
    name = between.strip()
    at = begin + between.find(name)
    return name, (at, at + len(name)), children[0], children[1]


def decided_inside(cursor):
    """Whether the mutants of the expression's own operator turn it round."""
    while cursor.kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR):
        children = list(cursor.get_children())
        if len(children) != 1:
            return False
        cursor = children[0]
    if cursor.kind == K.UNARY_OPERATOR:
        return True
    return cursor.kind == K.BINARY_OPERATOR


def binary(walker, cursor, state):
    parts = operator_of(walker, cursor)
    if parts is None:
        return walker.skip(extent(cursor)[0], "an operator without two operands in the text")
    name, at, left, right = parts
    if name in ("&&", "||"):
        return logical(walker, name, (left, right), state)
    kinds = {type_of(left), type_of(right)}
    if name in COMPARISONS:
        table = COMPARISONS if kinds <= NUMBERS else UNORDERED if kinds <= NUMBERS | NO_ORDER else {}
        kind = "comparison"
    elif name in ARITHMETIC and kinds <= NUMBERS | {T.ENUM}:
        table, kind = ARITHMETIC, "term"
    else:
        if name not in ("=", ",", ".*", "->*"):
            walker.skip(at[0], f"operator {name} of other than numbers")
        return
    if name not in table:
        return walker.skip(at[0], f"operator {name} of other than numbers")
    function, results = table[name]
    begin, end = extent(cursor)
    variants = []
    for result in results:
        if result in ("left", "right"):
            side = extent(left if result == "left" else right)
            variants.append(Variant(kind, begin, end, walker.source[side[0] : side[1]]))
        else:
            variants.append(Variant(kind, at[0], at[1], result))
    edits = [(begin, f"mutants::{function}(@, ", end, ")"), (at[0], None, at[1], ", ")]
    walker.add((begin, end), state, edits, variants)


def logical(walker, name, sides, state):
    function = "and_term" if name == "&&" else "or_term"
    begin, end = extent(sides[0])[0], extent(sides[1])[1]
    for i, side in enumerate(sides):
        inner = extent(side)
        other = extent(sides[1 - i])
        walker.add(inner, state,
                   [(inner[0], f"mutants::{function}(@, static_cast<bool>(", inner[1], "))")],
                   [Variant("condition", begin, end, walker.source[other[0] : other[1]])])


def compound_assignment(walker, cursor, state):
    parts = operator_of(walker, cursor)
    if parts is None or parts[0] not in ("+=", "-="):
        return
    name, at, left, right = parts
    if not {type_of(left), type_of(right)} <= NUMBERS:
        return
    begin, end = extent(right)
    walker.add((begin, end), state, [(begin, "mutants::sign(@, ", end, ")")],
               [Variant("term", at[0], at[1], "-=" if name == "+=" else "+=")])


def unary(walker, cursor, state):
    begin, end = extent(cursor)
    text = walker.blank[begin:end]
    operand = next(cursor.get_children(), None)
    if operand is None:
        return
    inner = extent(operand)
    if text.startswith("!"):
        walker.add((begin, end), state, [(begin, "mutants::flip(@, ", end, ")")],
                   [Variant("condition", begin, begin + 1, "")])
    elif (text.startswith(("++", "--")) or text.endswith(("++", "--"))) and not is_statement(walker, begin, end):
        name = walker.source[inner[0] : inner[1]]
        if re.fullmatch(r"\w+", name):
            walker.add((begin, end), state, [(begin, f"(mutants::active(@) ? {name} : ", end, ")")],
                       [Variant("term", begin, end, name)])
        else:
            walker.skip(begin, "a step of more than a name")


def is_statement(walker, begin, end):
    """A statement of its own, which is left out as such, or the step of a for loop."""
    before = walker.blank[:begin].rstrip()[-1:]
    after = walker.blank[end:].lstrip()[:1]
    return before in ";{}):" and after in ";)"


def constant(walker, cursor, state, text):
    begin, end = extent(cursor)
    variants = []
    for step in ("+ 1", "- 1"):
        if re.fullmatch(r"\d+", text):
            result = str(int(text) + (1 if step == "+ 1" else -1))
        else:
            result = f"({text} {step})"
        variants.append(Variant("constant", begin, end, result))
    walker.add((begin, end), state, [(begin, "mutants::constant(@, ", end, ")")], variants)


def literal(walker, cursor, state):
    begin, end = extent(cursor)
    constant(walker, cursor, state, walker.source[begin:end])


def boolean(walker, cursor, state):
    begin, end = extent(cursor)
    opposite = {"true": "false", "false": "true"}.get(walker.source[begin:end])
    if opposite:
        walker.add((begin, end), state, [(begin, "mutants::flip(@, ", end, ")")],
                   [Variant("constant", begin, end, opposite)])


def path_to(walker, declaration):
    """The name of an enumerator that is right everywhere: with all scopes that have names."""
    names = [declaration.spelling]
    parent = declaration.semantic_parent
    while parent is not None and parent.kind != K.TRANSLATION_UNIT:
        if parent.spelling and "(" not in parent.spelling:
            names.append(parent.spelling)
        parent = parent.semantic_parent
    return "::".join(reversed(names))


def neighbours(declaration):
    """The enumerators before and behind it, None where there are none; its place."""
    all_ = [c for c in declaration.semantic_parent.get_children() if c.kind == K.ENUM_CONSTANT_DECL]
    place = next(i for i, c in enumerate(all_) if c == declaration)
    before = all_[place - 1] if place > 0 else None
    after = all_[place + 1] if place + 1 < len(all_) else None
    return before, after, place


def named(walker, cursor, state):
    """An enumerator, or a constant that is defined where nothing is mutated."""
    declaration = cursor.referenced
    if declaration is None:
        return
    begin, end = extent(cursor)
    if declaration.kind == K.ENUM_CONSTANT_DECL:
        before, after, _ = neighbours(declaration)
        others = [path_to(walker, d) for d in (before, after) if d is not None]
        if not others:
            return
        enum = declaration.semantic_parent
        if enum.spelling in walker.unit.priority_enums:
            priority(walker, cursor, state, declaration)
        written = walker.source[begin:end]
        scope = written.rpartition("::")[0]
        variants = [Variant("enumerator", begin, end, (scope + "::" if scope else "") + o.rpartition("::")[2])
                    for o in others]
        walker.add((begin, end), state,
                   [(begin, "mutants::enumerator(@, ", end, ", " + ", ".join(others) + ")")], variants)
    elif declaration.kind == K.VAR_DECL and type_of(declaration) in INTEGERS:
        file = declaration.location.file
        if file is None or file.name in walker.unit.files or not is_constexpr(declaration):
            return
        constant(walker, cursor, state, walker.source[begin:end])


def is_constexpr(declaration):
    tokens = [t.spelling for t in declaration.get_tokens()]
    return "constexpr" in tokens


def priority(walker, cursor, state, declaration):
    """Every use of an enumerator of an order changes with its neighbour's, all over the machine."""
    before, after, place = neighbours(declaration)
    begin, end = extent(cursor)
    own = path_to(walker, declaration)
    arguments = ", ".join(path_to(walker, d) if d is not None else own for d in (before, declaration, after))
    order_name = declaration.semantic_parent.spelling
    walker.unit.orders.setdefault(order_name, (
        walker.file, declaration.semantic_parent.get_usr(),
        [c.spelling for c in declaration.semantic_parent.get_children() if c.kind == K.ENUM_CONSTANT_DECL]))
    walker.unit.order_uses.append((order_name, walker.file, begin, end, place, arguments))


def order(walker, cursor, state):
    """A list of enumerators is an order: each swaps with the next one."""
    elements = list(cursor.get_children())
    if len(elements) == 1 and elements[0].kind == K.INIT_LIST_EXPR:
        return
    found = [element_declaration(e) for e in elements]
    if len(elements) < 2 or any(d is None for d in found) or len({d.semantic_parent.get_usr() for d in found}) != 1:
        return
    ranges = [extent(e) for e in elements]
    texts = [walker.source[b:e] for b, e in ranges]
    edits, variants = [], []
    for i, (begin, end) in enumerate(ranges):
        before, after = texts[max(0, i - 1)], texts[min(len(texts) - 1, i + 1)]
        edits.append((begin, f"mutants::swapped(@, {i}, {before}, ", end, f", {after})"))
        if i + 1 < len(texts):
            variants.append(Variant("priority", begin, ranges[i + 1][1], f"{texts[i + 1]}, {texts[i]}"))
    walker.add((ranges[0][0], ranges[-1][1]), state, edits, variants)


def element_declaration(cursor):
    while cursor.kind == K.UNEXPOSED_EXPR:
        children = list(cursor.get_children())
        if len(children) != 1:
            return None
        cursor = children[0]
    declaration = cursor.referenced if cursor.kind == K.DECL_REF_EXPR else None
    return declaration if declaration is not None and declaration.kind == K.ENUM_CONSTANT_DECL else None


def call(walker, cursor, state):
    name = cursor.spelling
    if name not in FUNCTIONS:
        return
    begin, end = extent(cursor)
    found = re.match(r"((?:\w+::)*)" + name + r"\s*(<[^()]*>)?\s*\(", walker.blank[begin:end])
    if not found:
        return
    opening = begin + found.end() - 1
    close = closing(walker.blank, opening)
    arguments = split(walker.blank, opening + 1, close, ",")
    count = 3 if name == "clamp" else 2
    if len(arguments) == 1 and name in ("min", "max") and walker.blank[opening + 1 : close].strip()[:1] == "{":
        list_ = walker.source[opening + 1 : close]
        walker.add((begin, end), state, [(begin, None, opening + 1, f"mutants::{name}{found.group(2) or ''}(@, ")],
                   [Variant("bound", begin, end, f"std::{FUNCTIONS[name][0]}({list_})")])
        return
    if len(arguments) != count or close + 1 != end:
        return walker.skip(begin, f"{name} of other than {count} arguments")
    template = walker.source[begin + found.start(2) : begin + found.end(2)] if found.group(2) else ""
    texts = [walker.source[b:e].strip() for b, e in arguments]
    results = {"min": [f"std::max{template}({texts[0]}, {texts[1]})"],
               "max": [f"std::min{template}({texts[0]}, {texts[1]})"],
               "ceil_div": [f"({texts[0]}) / ({texts[1]})"]}.get(name)
    if name == "clamp":
        results = [f"std::min({texts[0]}, {texts[2]})", f"std::max({texts[0]}, {texts[1]})"]
    walker.add((begin, end), state, [(begin, None, opening + 1, f"mutants::{name}{template}(@, ")],
               [Variant("bound" if name != "ceil_div" else "rounding", begin, end, r) for r in results])
