/** The notice as CJISSECPOL AC-8 asks for it, in four statements; each agency words its own. */
export const defaultBanner = `You are accessing a restricted information system.

Use of this system may be monitored, recorded and audited.

Unauthorized use of this system is prohibited and may be subject to criminal and civil penalties.

Use of this system indicates consent to monitoring and recording.`
