"""A template and a page with scripts, as the theme has them."""

from __future__ import annotations

TEMPLATE = (
    '<script>__md_scope=new URL("{{ base_url }}",location),x=e=>e</script><script>{% if x %}y{% endif %}</script>'
)


SCRIPT = '<script>__md_scope=new URL("../..",location),x=e=>e</script>'
