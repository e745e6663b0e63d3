// SPDX-License-Identifier: GPL-3.0-or-later
// The stock tus client as whoever knows only the protocol would use it. Arguments: what to do (a JSON object). Prints one JSON object a line.
import fs from 'node:fs'
import tus from 'tus-js-client'

const job = JSON.parse(process.argv[2])
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`)
const data = fs.readFileSync(job.file)

const upload = new tus.Upload(data, {
  endpoint: `${job.base}/v1/uploads`,
  uploadUrl: job.url,
  chunkSize: job.chunk ?? Infinity,
  retryDelays: job.retry ? [300, 600, 1000, 2000, 3000, 5000] : null,
  uploadDataDuringCreation: job.together ?? false,
  storeFingerprintForResuming: false,
  metadata: { sha256: job.hash },
  headers: { Authorization: `Bearer ${job.token}` },
  // The township's certificate is its own; this is the test's agent alone.
  httpStack: new tus.DefaultHttpStack({ rejectUnauthorized: false }),
  onBeforeRequest: (request) => say({ method: request.getMethod(), offset: request.getHeader('Upload-Offset') ?? null }),
  onAfterResponse: (request, response) => say({ status: response.getStatus(), offset: response.getHeader('Upload-Offset') ?? null }),
  onChunkComplete: (size, sent) => {
    if (job.stop && sent >= job.stop) {
      upload.abort().then(() => say({ stopped: sent, url: upload.url }))
    }
  },
  onError: (error) => {
    say({ error: String(error) })
    process.exitCode = 1
  },
  onSuccess: () => say({ done: true, url: upload.url }),
})
upload.start()
