"""What is made from other files is current."""

import unittest

from support import DEPLOY, run, tool


class Render(unittest.TestCase):
    def test_every_made_file_is_current(self):
        tool("helm")
        run(DEPLOY / "render", "--check")

    def test_rules_and_dashboards_are_current(self):
        import dashboards
        import slo

        self.assertEqual((DEPLOY / "prometheus/rules/slo.gen.yml").read_text(), slo.rules())
        for name, text in dashboards.files().items():
            self.assertEqual((DEPLOY / "grafana/dashboards" / name).read_text(), text, name)
        self.assertEqual(len(list((DEPLOY / "grafana/dashboards").iterdir())), len(dashboards.files()))
