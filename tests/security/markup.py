"""What a browser would see of a page or a figure, and texts that would like to be more than text there."""

from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree

MARK = "pwned"
BREAKOUTS = [
    f"<img src=x onerror={MARK}()>", f"</script><script>{MARK}()</script>", f'" onload="{MARK}()" x="',
    f"' autofocus onfocus={MARK}() '", f"]]><script>{MARK}()</script>", f"--><svg onload={MARK}()>",
    f"</title></style><script>{MARK}()</script>", f"javascript:{MARK}()", f"{{{{ {MARK}() }}}}",
    f"{{% include '/etc/passwd' %}}{MARK}", f"&lt;script&gt;{MARK}()", f"</text></svg><a href={MARK}:>",
    f"\"><iframe srcdoc='{MARK}'>", f"{MARK}=1+cmd|' /C calc'!A0",
]  # fmt: skip


class Page(HTMLParser):
    """Tags, names of attributes, values that a browser would follow or run, programs and texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.shape, self.addresses, self.programs, self.texts = Counter(), [], [], []
        self._within = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self._within = tag
        for name, value in attributes:
            self.shape[tag, name] += 1
            if name in ("href", "src", "srcset", "action", "style") or name.startswith("on"):
                self.addresses.append(value)
        self.shape[tag, ""] += 1

    def handle_endtag(self, tag):
        self._within = None

    def handle_data(self, data):
        (self.programs if self._within in ("script", "style") else self.texts).append(data)


def shape_of(figure):
    """Kinds of element and attribute of an SVG document, which has to be well-formed."""
    root = ElementTree.fromstring(figure)
    found = {(item.tag.rpartition("}")[2], "") for item in root.iter()}
    return found | {(item.tag.rpartition("}")[2], name) for item in root.iter() for name in item.attrib}
