// The start: sign in first, then show. Whatever goes wrong before that is said in words on an empty page.

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "./graph/queries";
import { Failure } from "./parts/Failure";
import { enter, signIn } from "./session/session";
import { AppearanceProvider } from "./shell/appearance";
import { router } from "./shell/routes";
import { WordsProvider } from "./words";

const root = createRoot(document.getElementById("root")!);

enter().then(
  (arrived) => {
    if (arrived === "leaving") return;
    if (arrived.path !== location.pathname + location.search) router.history.replace(arrived.path);
    root.render(
      <StrictMode>
        <WordsProvider>
          <AppearanceProvider>
            <QueryClientProvider client={queries}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </AppearanceProvider>
        </WordsProvider>
      </StrictMode>,
    );
  },
  (why: unknown) => {
    root.render(
      <WordsProvider>
        <AppearanceProvider>
          <div style={{ maxWidth: "640px", margin: "15vh auto", padding: "16px" }}>
            <Failure why={why} again={() => void signIn()} />
          </div>
        </AppearanceProvider>
      </WordsProvider>,
    );
  },
);
