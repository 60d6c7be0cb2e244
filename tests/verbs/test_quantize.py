"""`myoedge quantize` and `bundle make`: what is asked for wrongly ends with its own exit code."""

from pathlib import Path

import pytest

from myoedge.__main__ import main


@pytest.mark.parametrize("words", [["quantize"], ["bundle", "make"]])
def test_a_network_that_is_not_there_is_said(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, str(tmp_path / "none"), "--root", str(tmp_path)]) == 3
    assert "wanted one of this package (default" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["quantize"], ["bundle", "make"]])
def test_a_method_that_is_not_in_the_table_is_a_wrong_usage(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "default", "--root", str(tmp_path), "--methods", "int4"]) == 2
    assert "litert-static" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["quantize"], ["bundle", "make"]])
def test_data_that_is_not_there_is_said_by_its_folder(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "default", "--root", str(tmp_path)]) == 3
    assert "myo-uci" in capsys.readouterr().err
