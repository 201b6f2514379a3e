import { main } from "@postern/runtime";
import { server } from "./server.ts";

await main(server);
