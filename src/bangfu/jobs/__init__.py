"""Long work: jobs with progress that can be left, come back to and cancelled.

    queued ──> running ──> done
       │          ├──────> failed      (with the reason; a lost worker counts as one)
       └──────────┴──────> cancelled

Every state has an exit. A running job holds a lease that its worker renews; when the
lease runs out the job is queued again, and after three attempts it fails loudly. A job
acts under the grant of the person who ordered it, and the grant is checked again when
it starts. What a handler writes is committed together with the job's being done, so a
killed worker leaves either the work and its result, or neither.

Procrastinate carries the message that a job waits; the row here is the truth.
"""
