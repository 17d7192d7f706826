// The yardstick of row (g): the official JavaScript client sends the same batches and pulls the same orders.
//
//     node official_client.js JOB.json
//
// The job: {"modules", "url", "key", "secret", "batches": [[endpoint, body], ...], "orders": {parameters}, "pages", "out": file, "single"}.
// With "single" each update is a request of its own. It keeps what it pulled, as the program does: a page is written to a file and is on
// the disk before the next one is asked for.
"use strict";
const fs = require("fs");
const path = require("path");

async function main() {
  const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
  const client = require(path.join(job.modules, "@woocommerce/woocommerce-rest-api")).default;
  const api = new client({ url: job.url, consumerKey: job.key, consumerSecret: job.secret, version: "wc/v3" });
  let updated = 0;
  for (const [endpoint, body] of job.batches) {
    if (job.single) {
      for (const { id, ...fields } of body.update) {
        const answer = await api.put(endpoint.replace(/batch$/, id), fields);
        updated += answer.data.id === id;
      }
    } else {
      const answer = await api.post(endpoint, body);
      updated += answer.data.update.filter((line) => line.id && !line.error).length;
    }
  }
  let pulled = 0;
  const out = fs.openSync(job.out, "w");
  for (let page = 1; page <= job.pages; page++) {
    const answer = await api.get("orders", { ...job.orders, per_page: 100, page });
    for (const order of answer.data) {
      fs.writeSync(out, JSON.stringify(order) + "\n");
      pulled++;
    }
    fs.fsyncSync(out);
  }
  fs.closeSync(out);
  console.log(JSON.stringify({ updated, pulled }));
}

main().catch((error) => {
  console.error(error.response ? JSON.stringify(error.response.data).slice(0, 2000) : String(error.stack || error));
  process.exit(1);
});
