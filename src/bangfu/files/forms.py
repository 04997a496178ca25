"""Fields by which other apps' forms take evidence: from the camera, or from a file.

Two controls, because a control that asks for the camera hides the album on many phones.
Show them with {% include "files/_upload.html" %}.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from bangfu.calc.values.findings import Refusal
from bangfu.files.kinds import FILE_BYTES_MAX, MEBIBYTE, SUFFIXES
from bangfu.web.language import say, say_later


class EvidenceForm(forms.Form):
    """One or two pieces of evidence: a photograph taken now, a file chosen.

    needs_evidence: whether one at least must be given.
    """

    needs_evidence = True
    photo = forms.FileField(
        label=say_later("拍照", "Take a picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    file = forms.FileField(
        label=say_later("选择文件", "Choose a file"),
        help_text=say_later(
            "JPG、PNG、PDF、XLSX 或 DOCX，不超过 {mb} MB。照片原件加密保存，不作改动。",
            "JPG, PNG, PDF, XLSX or DOCX, up to {mb} MB. The original is kept "
            "encrypted and unaltered.",
            mb=FILE_BYTES_MAX // MEBIBYTE,
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def clean(self) -> dict[str, Any] | None:
        """Ask for one of both."""
        cleaned = super().clean()
        given = self.cleaned_data.get("photo") or self.cleaned_data.get("file")
        if self.needs_evidence and not given and not self.errors:
            self.add_error(
                "file",
                say_later("请拍照或选择文件。", "Take a picture or choose a file."),
            )
        return cleaned

    def evidence(self) -> list[tuple[str, bytes]]:
        """Return name and content of what was given."""
        given: list[UploadedFile[Any] | None] = [
            self.cleaned_data.get(name) for name in ("photo", "file")
        ]
        return [(one.name or "?", one.read()) for one in given if one]

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside the file, with its remedy."""
        self.add_error("file", f"{say(refusal)}{say(refusal.remedy)}")
