#!/usr/bin/env python3
"""What ./dev demo draws: a picture that is well formed, and a text for 80 columns, both true to the samples."""

import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
sys.path.insert(0, str(DOCS))
import rss_chart  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def chart(without, with_agent):
    return rss_chart.Chart("title", "summary", 40, 2000, without, with_agent, [(10, "reload 1")], 1900, 30)


def rows(text):
    """The rows of the text, without their labels."""
    return [line[7:] for line in text.splitlines()[1:17]]


class RssChart(unittest.TestCase):
    def test_axes_end_above_what_they_hold(self):
        for most in (1, 3, 9.5, 10, 99, 100, 101, 213, 999, 1000.5, 2123, 51200):
            end, gap = rss_chart.round_up(most)
            self.assertGreaterEqual(end, most)
            self.assertLessEqual(end, most + gap)
            self.assertLessEqual(end / gap, 6)
            self.assertGreaterEqual(end / gap, 1)

    def test_a_curve_keeps_its_value_until_the_next_sample(self):
        points = [(1, 5), (2, 7)]
        self.assertEqual([rss_chart.mib_at(points, second) for second in (0, 1, 1.9, 2, 9)], [5, 5, 5, 7, 7])

    def test_the_text_has_each_curve_at_its_height(self):
        text = rss_chart.text(chart([(0, 1999), (40, 1999)], [(0, 1000), (20, 124), (40, 124)]))
        self.assertTrue(text.isascii())
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        drawn = rows(text)
        self.assertEqual(drawn[0], "o" * 72)
        self.assertEqual(drawn[7], "+" * 36, "a thousand of two is the upper half's last row")
        self.assertEqual(drawn[15], " " * 36 + "+" * 36)
        self.assertEqual(sum(sign in "o+*" for row in drawn for sign in row), 144)
        self.assertEqual(text.splitlines()[1][:6], " 2000 ")
        self.assertIn("40 s", text.splitlines()[-1])

    def test_the_text_says_where_both_are(self):
        drawn = rows(rss_chart.text(chart([(0, 500), (40, 500)], [(0, 500), (20, 500)])))
        self.assertEqual(drawn[11], "*" * 36 + "o" * 36, "a curve ends where its samples do")

    def test_the_svg_has_both_curves_within_its_axes(self):
        picture = xml.fromstring(rss_chart.svg(chart([(0, 100), (40, 1999)], [(0, 100), (40, 300)]), 500, 10))
        curves = [line.get("points") for line in picture.iter(f"{SVG}polyline")]
        self.assertEqual(curves, ["64.0,247.5 704.0,48.1", "64.0,247.5 704.0,226.5"])
        words = [element.text for element in picture.iter(f"{SVG}text")]
        for expected in ("title", "reload 1", "without", "with trimagent", "2000", "40", "MiB", "seconds"):
            self.assertIn(expected, words)


class DemoPicture(unittest.TestCase):
    def draw(self, without, with_agent):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        path = Path(self.directory.name)
        (path / "without").write_text(without, encoding="utf-8")
        (path / "with").write_text(with_agent, encoding="utf-8")
        self.picture = path / "rss.svg"
        command = [sys.executable, DOCS / "demo_picture.py", path / "without", path / "with", self.picture]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_it_draws_what_was_sampled(self):
        done = self.draw("0.2 100\n12.0 reload 1\n12.5 2000\n60.1 1900\n", "0.2 100\n12.5 900\n61.5 213\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)
        self.assertIn("o", rows(done.stdout)[3])
        picture = xml.fromstring(self.picture.read_text(encoding="utf-8"))
        self.assertIn("1900 MiB at the end without trimagent, 213 MiB with it", picture.find(f"{SVG}title").text)
        self.assertIn("reload 1", [element.text for element in picture.iter(f"{SVG}text")])

    def test_it_says_that_there_is_nothing_to_draw(self):
        done = self.draw("0.2 100\n", "0.2 100\n1 100\n")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("fewer than two samples", done.stderr)


if __name__ == "__main__":
    unittest.main()
