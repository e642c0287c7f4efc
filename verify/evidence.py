"""What must never happen, kept when it does: proofs that one gate accepted and the next refused."""

from __future__ import annotations

import json
from pathlib import Path

from verify import install
from verify.records import Job, Verdict, content_id


def keep(job: Job, accepted: Verdict, refused: Verdict) -> Path:
    """Writes the case to `ANTIPHON_HOME/evidence/` and returns its path; a full disk loses only the evidence."""
    path = install.home() / "evidence" / f"{content_id(job.statement.text, job.proof or '')}.json"
    record = {
        "statement": job.statement.text,
        "proof": job.proof,
        "accepted": accepted.to_dict(),
        "refused": refused.to_dict(),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1))
    except OSError:
        pass
    return path
