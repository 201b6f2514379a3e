import { main } from "@postern/runtime";
import { server } from "./target-server.ts";

await main(server);
