/** The stylesheets of what only forms have. */
import '@mantine/core/styles/Combobox.css'
import '@mantine/core/styles/NumberInput.css'
import '@mantine/core/styles/PasswordInput.css'
import '@mantine/core/styles/Pill.css'
import '@mantine/core/styles/PillsInput.css'
import '@mantine/core/styles/Radio.css'
import '@mantine/core/styles/ScrollArea.css'
import '@mantine/core/styles/Switch.css'
