#!/usr/bin/env python3
"""Embeds what lives beside its owner: SQL statements, migrations, views; lists kinds and resources.

  <folder>/sql/<name>.sql          -> generated/<folder>/sql.h, constant nightshift::<folder>::sql::<name>
  <folder>/templates/<name>.<form> -> generated/<folder>/templates.h, all of them in nightshift::<folder>::templates::all
  <folder>/migrations/NNNN_x.sql   -> generated/migrations.h, ordered by number; a number used twice is refused
  <folder>/views/*.sql             -> generated/views.h, ordered by path
  workers/<family>/<name>.h with `inline constexpr queue::Kind kind`  -> generated/kinds.h
  domain/reports/types/<name>.h with `inline constexpr ReportType type` -> generated/report_types.h
  api/<resource>/<resource>.h with `routes()`                           -> generated/resources.h
A file is rewritten only when its text changes, so nothing rebuilds without reason.
"""
import os
import pathlib
import re
import sys

LISTS = len(sys.argv) > 3 and sys.argv[3] == "--list"  # tells the files it writes: CMake learns its outputs so
FLOORS = ("core", "queue", "domain", "workers", "api", "daemon")


def write(path, text):
    if LISTS:
        print(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def raw(text):
    """A raw string literal; compilers limit one literal to 64 KiB, so long text is joined from pieces."""
    pieces = [text[i:i + 12000] for i in range(0, len(text), 12000)] or [""]
    return "\n".join('R"sql(' + piece + ')sql"' for piece in pieces)


def statements(root, out):
    for folder in sorted({p.parent for floor in FLOORS for p in (root / floor).rglob("sql/*.sql")}):
        owner = folder.parent.relative_to(root)
        lines = ["#pragma once", '#include "core/pg/statement.h"', f"namespace nightshift::{'::'.join(owner.parts)}::sql {{"]
        for file in sorted(folder.glob("*.sql")):
            name = ".".join(owner.parts + (file.stem,))
            lines.append(f'inline constexpr core::pg::Statement {file.stem}{{"{name}",\n{raw(file.read_text())}}};')
        lines.append("}")
        write(out / owner / "sql.h", "\n".join(lines) + "\n")


def templates(root, out):
    for folder in sorted({p.parent for floor in FLOORS for p in (root / floor).rglob("templates/*.*")}):
        owner = folder.parent.relative_to(root)
        lines = ["#pragma once", "#include <string_view>", f"namespace nightshift::{'::'.join(owner.parts)}::templates {{",
                 "struct Text {", "    std::string_view name, text;", "};", "inline constexpr Text all[] = {"]
        lines += [f'{{"{file.name}",\n{raw(file.read_text())}}},' for file in sorted(folder.iterdir())]
        write(out / owner / "templates.h", "\n".join(lines + ["};", "}"]) + "\n")


def migrations(root, out):
    found = sorted((p for floor in FLOORS for p in (root / floor).rglob("migrations/*.sql")), key=lambda p: p.name)
    numbers = [p.name[:4] for p in found]
    twice = {n for n in numbers if numbers.count(n) > 1}
    if twice:
        sys.exit(f"embed: migration number used twice: {sorted(twice)}; give one of them the next free number")
    lines = ["#pragma once", '#include "core/pg/migrate.h"', "namespace nightshift::generated {",
             "inline constexpr core::pg::Migration migrations[] = {"]
    for path in found:
        lines.append(f'{{{int(path.name[:4])}, "{path.stem}",\n{raw(path.read_text())}}},')
    write(out / "migrations.h", "\n".join(lines + ["};", "}"]) + "\n")
    views = sorted(p for floor in FLOORS for p in (root / floor).rglob("views/*.sql"))
    lines = ["#pragma once", '#include "core/pg/migrate.h"', "namespace nightshift::generated {",
             "inline constexpr core::pg::View views[] = {"]
    lines += [f'{{"{p.relative_to(root)}",\n{raw(p.read_text())}}},' for p in views]
    if not views:
        lines.append('{"", ""},')
    write(out / "views.h", "\n".join(lines + ["};", "}"]) + "\n")


def listing(root, out, floor, pattern, header, type_name, element):
    found = sorted(p for p in (root / floor).rglob("*.h") if re.search(pattern, p.read_text(), re.M))
    lines = ["#pragma once"] + [f'#include "{p.relative_to(root)}"' for p in found] + ["namespace nightshift::generated {"]
    lines.append(f"inline constexpr {type_name} {header}[] = {{" if "(*const)" not in type_name else f"inline constexpr {type_name.replace('(*const)', f'(*const {header}[])')} = {{")
    for path in found:
        space = re.search(r"^namespace (nightshift::[\w:]+)", path.read_text(), re.M).group(1)
        lines.append("    " + element.format(space=space) + ",")
    if not found:
        lines.append("    nullptr,")
    write(out / f"{header}.h", "\n".join(lines + ["};", "}"]) + "\n")


def main():
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    statements(root, out)
    templates(root, out)
    migrations(root, out)
    listing(root, out, "workers", r"^inline constexpr queue::Kind kind\b", "kinds", "const queue::Kind*", "&{space}::kind")
    listing(root, out, "domain", r"^inline constexpr ReportType type\b", "report_types", "const domain::reports::ReportType* const", "&{space}::type")
    listing(root, out, "api", r"^std::vector<kit::Route> routes\(", "resources", "std::vector<api::kit::Route> (*const)(const api::kit::Services&)", "&{space}::routes")
    listing(root, out, "daemon", r"^void add\(CLI::App&", "commands", "void (*const)(CLI::App&, daemon::Action&)", "&{space}::add")
    stamp = out / "stamp.cpp"
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text("// Marks when the SQL was last embedded.\n")
    os.utime(stamp)


main()
