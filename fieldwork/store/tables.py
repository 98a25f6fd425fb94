"""The ordinary tables: who may sign in, which tablets are known, what was set and what is being exported.

None of these is evidence. Everything that is evidence, consent, coding or assignment is an operation and lives in the
log; an account's work on reviews and visits is an assignment there, not a column here. All times are UTC. Constraints
stand here from the first migration on, because SQLite cannot be given them later without rebuilding a table. Only the
modules beside this one may use these models.
"""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Account(Model):
    """A person who may sign in at central. `sign_in_name` is casefolded by the domain before it arrives."""

    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(unique=True)
    name = fields.TextField()
    sign_in_name = fields.CharField(max_length=200, unique=True)
    password_hash = fields.TextField(null=True)
    is_administrator = fields.BooleanField()
    is_demonstration = fields.BooleanField()
    created_at = fields.DatetimeField()
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account"


class Session(Model):
    """One signed-in browser. `id` is the SHA-256 of the secret in its cookie, so that a copy of this table signs
    nobody in.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "store.Account", related_name="sessions", on_delete=fields.RESTRICT, db_index=True
    )
    account_id: UUID
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    absolute_expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    csrf_secret = fields.CharField(max_length=64)

    class Meta:
        table = "session"


class SignInAttempt(Model):
    """Failed attempts for one sign-in name, for a delay that rises. Only a hash of the name: people type passwords
    into name fields.
    """

    name_hash = fields.CharField(max_length=64, primary_key=True)
    count = fields.IntField()
    last_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "sign_in_attempt"


class EnrolmentCode(Model):
    """A code, good once and for minutes, with which a person's tablet becomes known."""

    id = fields.UUIDField(primary_key=True)
    code_hash = fields.CharField(max_length=64, unique=True)
    person_id = fields.UUIDField()
    made_by = fields.UUIDField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "enrolment_code"


class Device(Model):
    """A known tablet or desk browser, when it was here last, and whether it may still come.

    `unsent_count` and `oldest_unsent_at` are empty everywhere: what a tablet holds stands in `TabletContact`, and no step of the schema
    takes a column away.
    """

    id = fields.UUIDField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    reading_token_hash = fields.CharField(max_length=64, unique=True, null=True)
    person_id = fields.UUIDField(db_index=True)
    label = fields.TextField()
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    unsent_count = fields.IntField(null=True)
    oldest_unsent_at = fields.DatetimeField(null=True)
    app_version = fields.CharField(max_length=64)
    reading_waits = fields.BooleanField(null=True)
    """True from a restore until somebody at the office has said that the device is still theirs."""

    class Meta:
        table = "device"


class TabletReport(Model):
    """What a tablet found wrong with its own copies at a start: counts, once for each device and id of a report.
    `found_at` is the tablet's claim, as it came.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    device: fields.ForeignKeyRelation[Device] = fields.ForeignKeyField(
        "store.Device", related_name="reports", on_delete=fields.RESTRICT, db_index=True
    )
    device_id: UUID
    report = fields.UUIDField()
    received_at = fields.DatetimeField()
    found_at = fields.CharField(max_length=24)
    found_empty = fields.BooleanField()
    restored = fields.BigIntField()
    repaired = fields.BigIntField()
    copied = fields.BigIntField()
    lost = fields.BigIntField()
    lost_streams = fields.BigIntField()
    damaged = fields.BigIntField()
    certain = fields.BooleanField()
    journal_damaged_bytes = fields.BigIntField()
    drafts_unopened = fields.BigIntField()
    persisted = fields.BooleanField(null=True)

    class Meta:
        table = "tablet_report"
        unique_together = (("device_id", "report"),)


class TabletContact(Model):
    """What a device said last of what is on it alone. `told_at` is central's clock; `oldest_at` is the tablet's claim, as it came."""

    id = fields.BigIntField(primary_key=True, generated=True)
    device: fields.OneToOneRelation[Device] = fields.OneToOneField(
        "store.Device", related_name="contact", on_delete=fields.RESTRICT
    )
    device_id: UUID
    told_at = fields.DatetimeField()
    app_version = fields.CharField(max_length=64)
    waiting = fields.BigIntField()
    oldest_at = fields.CharField(max_length=24, null=True)
    oldest_age_s = fields.BigIntField(null=True)
    attention = fields.BigIntField()
    drafts = fields.BigIntField()
    persisted = fields.BooleanField(null=True)

    class Meta:
        table = "tablet_contact"


class TabletContactVisit(Model):
    """What waits of one visit, as the device said last."""

    id = fields.BigIntField(primary_key=True, generated=True)
    contact: fields.ForeignKeyRelation[TabletContact] = fields.ForeignKeyField(
        "store.TabletContact", related_name="visits", on_delete=fields.RESTRICT
    )
    contact_id: int
    visit_id = fields.UUIDField(db_index=True)
    waiting = fields.BigIntField()
    oldest_age_s = fields.BigIntField()

    class Meta:
        table = "tablet_contact_visit"
        unique_together = (("contact_id", "visit_id"),)


class Setting(Model):
    """One named value: the database's own id, its epoch, an organisation's limits."""

    key = fields.CharField(max_length=100, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "setting"


class ExportJob(Model):
    """One export asked for, from waiting to done or failed. `path` is relative to the data folder."""

    id = fields.UUIDField(primary_key=True)
    review_id = fields.UUIDField()
    format = fields.CharField(max_length=16)
    asked_by = fields.UUIDField()
    asked_at = fields.DatetimeField()
    state = fields.CharField(max_length=16)
    progress_done = fields.BigIntField()
    progress_total = fields.BigIntField()
    path = fields.TextField(null=True)
    sha256 = fields.CharField(max_length=64, null=True)
    problem = fields.TextField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "export_job"
        indexes = (("state", "asked_at"), ("review_id", "asked_at"))
