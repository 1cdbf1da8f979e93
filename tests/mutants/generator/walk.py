# SPDX-License-Identifier: Apache-2.0
"""Finds the mutation points of one translation unit in clang's syntax tree."""
import bisect
import dataclasses
import re

from clang.cindex import CursorKind as K
from clang.cindex import TypeKind as T
from clang.cindex import conf

import operators
from points import Point, Variant
from text import blanked, closing, split

FUNCTIONS = {K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.FUNCTION_TEMPLATE,
             K.CONVERSION_FUNCTION}
SCOPES = {K.NAMESPACE, K.CLASS_DECL, K.STRUCT_DECL, K.CLASS_TEMPLATE}
DECLARATIONS = {K.VAR_DECL, K.FIELD_DECL, K.PARM_DECL}
# Constants that the compiler needs; they shape types, not time.
CONSTANT_CONTEXTS = {K.ENUM_CONSTANT_DECL, K.STATIC_ASSERT, K.ENUM_DECL, K.TYPE_ALIAS_DECL, K.TYPEDEF_DECL,
                     K.TEMPLATE_NON_TYPE_PARAMETER}
REMOVABLE = {K.CALL_EXPR, K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.UNARY_OPERATOR,
             K.UNEXPOSED_EXPR}
WITH_VALUES = re.compile(r"^(!?)\s*(?:[a-z_]+(?:\.|->))*with_values_?$")
ORDERED_OUT = re.compile(r"\b(?:post|post_later|take|notify|ask_semaphore|wake_at)\s*\($")


@dataclasses.dataclass
class State:
    owner: str = ""
    function: str = ""
    context: tuple = None
    value_region: bool = False
    constant: tuple = None  # the constexpr declaration around
    void: bool = False  # the function returns nothing


class Unit:
    """What one translation unit holds of the mutated files."""

    def __init__(self, files, priority_enums):
        self.files = files  # absolute path -> path in the repository
        self.priority_enums = priority_enums
        self.sources = {}  # path in the repository -> (text, blanked text)
        self.macros = {}  # the same -> sorted ranges
        self.points = []
        self.references = []  # (function's USR, referring function's USR, in a value region)
        self.names = {}  # USR -> (name, file, returns text, virtual)
        self.skipped = []  # (file, line, why)

    def walk(self, unit):
        for path, name in self.files.items():
            text = open(path, encoding="utf-8").read()
            self.sources[name] = (text, blanked(text))
            self.macros[name] = []
        for cursor in unit.cursor.get_children():
            name = self.file_of(cursor)
            if name is None:
                continue
            if cursor.kind == K.MACRO_INSTANTIATION:
                self.macros[name].append((cursor.extent.start.offset, cursor.extent.end.offset))
        for ranges in self.macros.values():
            ranges.sort()
        for cursor in unit.cursor.get_children():
            if cursor.kind.is_preprocessing():
                continue
            name = self.file_of(cursor)
            if name is not None:
                Walker(self, name).declaration(cursor, State())

    def file_of(self, cursor):
        file = cursor.location.file
        return None if file is None else self.files.get(file.name)


class Walker:
    def __init__(self, unit, file):
        self.unit = unit
        self.file = file
        self.source, self.blank = unit.sources[file]

    # -- declarations

    def declaration(self, cursor, state):
        if cursor.kind in CONSTANT_CONTEXTS:
            return
        if cursor.kind in FUNCTIONS:
            self.function(cursor, state)
        elif cursor.kind in SCOPES:
            for child in cursor.get_children():
                self.declaration(child, dataclasses.replace(state, function=qualified(cursor)))
        elif cursor.kind in DECLARATIONS:
            self.variable(cursor, state)
        elif cursor.kind.is_declaration():
            for child in cursor.get_children():
                self.declaration(child, state)
        elif cursor.kind.is_expression():
            self.visit(cursor, dataclasses.replace(state, context=None))

    def function(self, cursor, state):
        usr = cursor.get_usr()
        result = cursor.result_type.get_canonical().spelling
        texts = "basic_string" in result or "char *" in result
        self.unit.names[usr] = (qualified(cursor), self.file, texts,
                                bool(cursor.is_virtual_method()))
        if not cursor.is_definition():
            return
        inner = dataclasses.replace(state, owner=usr, function=qualified(cursor), context=None,
                                    constant=self.constexpr_range(cursor),
                                    void=cursor.result_type.kind == T.VOID)
        for child in cursor.get_children():
            if child.kind == K.COMPOUND_STMT:
                self.statement(child, inner)
            elif child.kind.is_expression():
                self.visit(child, inner)

    def variable(self, cursor, state):
        range_ = (cursor.extent.start.offset, cursor.extent.end.offset)
        inner = dataclasses.replace(state, context=range_,
                                    constant=self.constexpr_range(cursor) or state.constant)
        for child in cursor.get_children():
            # Before the name: the type's template arguments.
            if child.kind.is_expression() and child.extent.start.offset > cursor.location.offset:
                self.visit(child, inner)

    def constexpr_range(self, cursor):
        begin, end = cursor.extent.start.offset, cursor.extent.end.offset
        head = self.blank[begin : cursor.location.offset]
        found = re.search(r"\bconstexpr\b", head)
        return (begin + found.start(), end) if found else None

    # -- statements

    def statement(self, cursor, state, branch=False):
        """branch: the whole body of an if or a loop, without braces."""
        kind = cursor.kind
        if self.in_macro(cursor.extent.start.offset):
            return self.skip(cursor.extent.start.offset, "a statement made by a macro")
        if kind == K.COMPOUND_STMT:
            self.compound(cursor, state)
        elif kind in (K.IF_STMT, K.WHILE_STMT, K.FOR_STMT, K.DO_STMT, K.SWITCH_STMT):
            self.controlled(cursor, state)
        elif kind == K.CXX_FOR_RANGE_STMT:
            children = list(cursor.get_children())
            for child in children[:-1]:
                self.visit(child, dataclasses.replace(state, context=None))
            self.statement(children[-1], state, branch=True)
        elif kind in (K.CASE_STMT, K.DEFAULT_STMT, K.LABEL_STMT):
            children = list(cursor.get_children())
            self.statement(children[-1], state, branch=True)
        elif kind == K.DECL_STMT:
            for child in cursor.get_children():
                self.declaration(child, state)
        elif kind == K.RETURN_STMT:
            if branch or not list(cursor.get_children()):
                self.removable(cursor, state)
            context = (cursor.extent.start.offset, cursor.extent.end.offset)
            for child in cursor.get_children():
                self.visit(child, dataclasses.replace(state, context=context))
        elif kind in (K.BREAK_STMT, K.CONTINUE_STMT):
            self.removable(cursor, state)
        elif kind == K.CXX_TRY_STMT or kind == K.CXX_CATCH_STMT:
            for child in cursor.get_children():
                if child.kind.is_statement():
                    self.statement(child, state)
        elif kind.is_expression():
            self.expression_statement(cursor, state)

    def compound(self, cursor, state):
        for child in cursor.get_children():
            self.statement(child, state)
            if child.kind == K.IF_STMT and self.values_condition(child) == "!":
                state = dataclasses.replace(state, value_region=True)

    def expression_statement(self, cursor, state):
        context = (cursor.extent.start.offset, cursor.extent.end.offset)
        if first_kind(cursor) == K.CXX_THROW_EXPR:
            return
        if cursor.kind in REMOVABLE:
            self.removable(cursor, state)
        self.visit(cursor, dataclasses.replace(state, context=context))

    def removable(self, cursor, state):
        begin, end = cursor.extent.start.offset, cursor.extent.end.offset
        while end < len(self.blank) and self.blank[end].isspace():
            end += 1
        if end >= len(self.blank) or self.blank[end] != ";":
            return self.skip(begin, "a statement that does not end by itself")
        call = self.source[begin : self.blank.find("(", begin, end) + 1]
        kind = "post, take or wake left out" if ORDERED_OUT.search(call) else "statement left out"
        edit = (begin, "{ if (!mutants::active(@)) { ", end + 1, " } }")
        self.add((begin, end), dataclasses.replace(state, context=(begin, end)), [edit],
                 [Variant(kind, begin, end, "")])

    def head(self, cursor):
        """The range in the brackets behind if, while, for or switch; of a do loop, behind its body."""
        begin, end = cursor.extent.start.offset, cursor.extent.end.offset
        if cursor.kind == K.DO_STMT:
            begin = list(cursor.get_children())[0].extent.end.offset
        opening = self.blank.index("(", begin, end)
        return opening + 1, closing(self.blank, opening)

    def values_condition(self, cursor):
        """"+" for `if (with_values)`, "!" for `if (!with_values) return`, else nothing."""
        begin, end = self.head(cursor)
        found = WITH_VALUES.match(self.blank[begin:end].strip())
        if not found:
            return ""
        if not found.group(1):
            return "+"
        return "!" if "return" in self.blank[end : cursor.extent.end.offset] else ""

    def controlled(self, cursor, state):
        begin, end = self.head(cursor)
        parts = split(self.blank, begin, end, ";")
        condition = parts[1] if cursor.kind == K.FOR_STMT else parts[-1]
        inside = [c for c in cursor.get_children() if begin <= c.extent.start.offset < end]
        bodies = [c for c in cursor.get_children() if c not in inside]
        checks = cursor.kind == K.IF_STMT and len(bodies) == 1 and only_throws(bodies[0])
        values = self.values_condition(cursor) if cursor.kind == K.IF_STMT else ""
        declared = [c for c in inside if not c.kind.is_expression()]
        for child in inside:
            if child not in declared and any(lies_in(child, d) for d in declared):
                continue  # if (T x = ...): the use of x that clang adds
            inner = dataclasses.replace(state, context=(child.extent.start.offset,
                                                        child.extent.end.offset))
            if not child.kind.is_expression():
                self.statement(child, state) if child.kind.is_statement() else self.declaration(child, state)
            elif checks or values:
                self.skip(begin, "the condition of a self-check" if checks else "whether values are simulated")
            elif in_range(child, condition) and cursor.kind != K.SWITCH_STMT:
                self.condition(child, inner)
            else:
                self.visit(child, inner)
        for i, body in enumerate(bodies):
            inner = dataclasses.replace(state, value_region=True) if values == "+" and i == 0 else state
            self.statement(body, inner, branch=True)

    def condition(self, cursor, state):
        """A condition that no comparison, negation, && or || decides is turned round as a whole."""
        if not operators.decided_inside(cursor):
            begin, end = cursor.extent.start.offset, cursor.extent.end.offset
            text = self.source[begin:end]
            self.add((begin, end), state,
                     [(begin, "mutants::flip(@, static_cast<bool>(", end, "))")],
                     [Variant("condition", begin, end, f"!({text})")])
        self.visit(cursor, state)

    # -- expressions

    def visit(self, cursor, state):
        kind = cursor.kind
        if kind == K.CXX_THROW_EXPR:
            return
        if state.context is None:
            state = dataclasses.replace(
                state, context=(cursor.extent.start.offset, cursor.extent.end.offset))
        if kind == K.LAMBDA_EXPR:
            return self.lambda_(cursor, state)
        if kind in (K.CALL_EXPR, K.DECL_REF_EXPR, K.MEMBER_REF_EXPR, K.OVERLOADED_DECL_REF):
            referenced = cursor.referenced
            if referenced is not None and referenced.kind in FUNCTIONS:
                template = conf.lib.clang_getSpecializedCursorTemplate(referenced)
                usr = (template if template is not None else referenced).get_usr()
                self.unit.references.append((usr, state.owner, state.value_region))
        if not self.in_macro(cursor.extent.start.offset):
            operators.expression(self, cursor, state)
        for child in cursor.get_children():
            if child.kind == K.CXX_THROW_EXPR or child.kind in CONSTANT_CONTEXTS:
                continue
            if kind == K.CONDITIONAL_OPERATOR and operators.is_first_child(cursor, child):
                self.condition(child, state)
            elif child.kind.is_statement() and not child.kind.is_expression():
                self.statement(child, state)
            else:
                self.visit(child, state)

    def lambda_(self, cursor, state):
        for child in cursor.get_children():
            if child.kind == K.COMPOUND_STMT:
                self.statement(child, dataclasses.replace(state, context=None, constant=None))

    # -- keeping

    def in_macro(self, offset):
        ranges = self.unit.macros[self.file]
        i = bisect.bisect_right(ranges, (offset, 1 << 60)) - 1
        return i >= 0 and ranges[i][0] <= offset < ranges[i][1]

    def line(self, offset):
        return self.source.count("\n", 0, offset) + 1

    def skip(self, offset, why):
        self.unit.skipped.append((self.file, self.line(offset), why))

    def add(self, range_, state, edits, variants):
        self.unit.points.append(
            Point(self.file, range_[0], range_[1], state.function, state.owner,
                  state.context or range_, state.value_region, edits, variants, state.constant))


def qualified(cursor):
    names = []
    while cursor is not None and cursor.kind != K.TRANSLATION_UNIT:
        if cursor.spelling and not (cursor.kind == K.NAMESPACE and cursor.spelling in ("npusim", "model")):
            names.append(re.sub(r"<.*>$", "", cursor.spelling))
        cursor = cursor.semantic_parent
    return "::".join(reversed([n for n in names if not n.startswith("(")]))


def first_kind(cursor):
    """The kind below nodes that clang inserts without text."""
    while cursor.kind == K.UNEXPOSED_EXPR:
        children = list(cursor.get_children())
        if len(children) != 1:
            break
        cursor = children[0]
    return cursor.kind


def only_throws(cursor):
    if cursor.kind == K.COMPOUND_STMT:
        children = list(cursor.get_children())
        return len(children) == 1 and only_throws(children[0])
    return first_kind(cursor) == K.CXX_THROW_EXPR


def lies_in(cursor, outer):
    return outer.extent.start.offset <= cursor.extent.start.offset < outer.extent.end.offset


def in_range(cursor, range_):
    return range_[0] <= cursor.extent.start.offset < range_[1]
