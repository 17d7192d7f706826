"""The statements of a profile as plain SQL, for the sqlite3 shell: what a full comparison reads, in one statement each."""
import re


def _parts(text):
    """Fragments and statements by name."""
    parts, name = {}, None
    for line in text.splitlines():
        head = re.match(r"--! (fragment|statement): (\w+)", line)
        if head:
            name = head.group(2)
            parts[name] = []
        elif name is not None and not line.startswith("--!"):
            parts[name].append(line)
    return parts


def _render(parts, name, blocks):
    lines, open_blocks = [], []
    for line in parts[name]:
        begin, use = re.match(r"--\{ (\w+)", line), re.match(r"--= (\w+)", line)
        if begin:
            open_blocks.append(begin.group(1))
        elif line.startswith("--}"):
            open_blocks.pop()
        elif all(b in blocks for b in open_blocks):
            if use:
                lines += _render(parts, use.group(1), blocks)
            elif not line.lstrip().startswith("--"):
                lines.append(line)
    return lines


def _bind(sql, values):
    def text(match):
        value = values[match.group(1)]
        return str(value) if isinstance(value, int) else "'%s'" % value.replace("'", "''")
    return re.sub(r":(\w+)", text, sql)


# What stands beside an item's row, for all items at once: the same tables and columns as the profile's statements
# variant_attributes and set_components read item by item.
BESIDE = """
SELECT vo.item_id, a.name AS attribute, o.name AS option FROM variant_option vo
 CROSS JOIN attribute_option o ON o.id = vo.option_id CROSS JOIN attribute a ON a.id = vo.attribute_id;
SELECT c.set_id, i.sku, c.quantity, coalesce(sum(s.on_hand), 0), coalesce(sum(s.reserved), 0), coalesce(sum(s.incoming), 0)
  FROM set_component c CROSS JOIN item i ON i.id = c.component_id LEFT JOIN stock s ON s.item_id = c.component_id
 GROUP BY c.set_id, c.component_id;
"""


def full_read(profile_path, values):
    """SQL that reads every item with every aspect but images, simple items first, then variants."""
    with open(profile_path, encoding="utf-8") as f:
        parts = _parts(f.read())
    sql = "\n".join(_render(parts, "offer_page", {"by_any", "master", "text", "price", "stock"}))
    values = dict(values, after_key="0", limit=-1)
    return ";\n".join(_bind(sql, dict(values, variants=v)) for v in (0, 1)) + ";\n" + BESIDE
