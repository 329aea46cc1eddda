"""Draws the demo courses' pictures, films and hand-outs again: `python render.py [slug ...]`.

Needs Chromium, the Nanum and Noto CJK fonts, and `playwright pillow imageio-ffmpeg typst`.
Nothing here runs in Ieum itself: what it draws is kept beside each course.
"""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import imageio_ffmpeg
import typst
from kit import Say
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
COURSES = HERE.parent / "courses"
LANGUAGES = ("ko", "en")
FRAMES_PER_SECOND = 10
FADE_FRAMES = 4


def say_in(language: str) -> Say:
    return lambda ko, en: ko if language == "ko" else en


def draw(browser: Browser, html: str, kind: str = "", scale: float = 2) -> Image.Image:
    page = browser.new_page(viewport={"width": 1000, "height": 900}, device_scale_factor=scale)
    page.set_content(f'<style>{(HERE / "kit.css").read_text()}</style><div id="stage" class="{kind}">{html}</div>')
    shot = page.locator("#stage").screenshot()
    page.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def save(image: Image.Image, path: Path) -> None:
    image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def captions(scenes: list[tuple[float, str, str]]) -> str:
    """WebVTT for scenes of (seconds, what is said, picture); a film stays below one minute."""
    lines, start = ["WEBVTT", ""], 0.0
    for seconds, said, _ in scenes:
        lines += [f"00:{start:06.3f} --> 00:{start + seconds - 0.1:06.3f}", said, ""]
        start += seconds
    return "\n".join(lines)


def film(scenes: list[tuple[float, Image.Image]], path: Path) -> None:
    """Scenes as (seconds, picture), each fading into the next, as a silent VP9 film."""
    width, height = scenes[0][1].size
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(FRAMES_PER_SECOND), "-i", "-", "-c:v", "libvpx-vp9", "-b:v", "0"]
    command += ["-crf", "34", "-g", "100", "-row-mt", "1", "-cpu-used", "3", "-pix_fmt", "yuv420p", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:  # noqa: S603
        if encoder.stdin is None:
            raise RuntimeError("ffmpeg takes no input")
        before = None
        for seconds, picture in scenes:
            for frame in range(round(seconds * FRAMES_PER_SECOND)):
                fading = before is not None and frame < FADE_FRAMES
                shown = Image.blend(before, picture, (frame + 1) / (FADE_FRAMES + 1)) if before and fading else picture
                encoder.stdin.write(shown.tobytes())
            before = picture
        encoder.stdin.close()
    if encoder.returncode:
        raise RuntimeError(f"ffmpeg could not write {path}")


def hand_out(course: ModuleType, language: str, path: Path) -> None:
    content = course.card(say_in(language)) | {"lang": language}
    inputs = {"card": json.dumps(content, ensure_ascii=False)}
    path.write_bytes(typst.compile(str(HERE / "card.typ"), sys_inputs=inputs, pdf_standards="ua-1"))


def render(browser: Browser, slug: str) -> None:
    out = COURSES / slug
    out.mkdir(exist_ok=True)
    save(draw(browser, (HERE / "covers" / f"{slug}.svg").read_text(), "cover", 1), out / "cover.png")
    module = "pictures_" + slug.replace("-", "_")
    if not (HERE / f"{module}.py").exists():
        return  # a course without pictures, whose exercises are drawn by the pages
    course = importlib.import_module(module)
    for language in LANGUAGES:
        say = say_in(language)
        for name, picture in course.PICTURES.items():
            save(draw(browser, picture(say)), out / f"{name}.{language}.png")
        scenes = course.scenes(say)
        film(
            [(seconds, draw(browser, html, "film", 1.8)) for seconds, _, html in scenes], out / f"film.{language}.webm"
        )
        (out / f"film.{language}.vtt").write_text(captions(scenes))
        hand_out(course, language, out / f"card.{language}.pdf")


if __name__ == "__main__":
    slugs = sys.argv[1:] or sorted(path.name for path in COURSES.iterdir() if path.is_dir())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for each in slugs:
            render(chromium, each)
        chromium.close()
